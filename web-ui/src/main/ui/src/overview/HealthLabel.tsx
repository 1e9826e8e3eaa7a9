import { Label, type LabelProps } from '@patternfly/react-core';
import type { Health } from '../api/model';
import type { Live } from './useLive';

const colors: Record<string, NonNullable<LabelProps['color']>> = { UP: 'green', DEGRADED: 'orange' };

/** The controller's own word on its health, or that it did not give one. */
export function HealthLabel({ health }: { health: Live<Health> }) {
  const status = health.problem ? 'unknown' : health.value?.status;
  if (status === undefined) return null;
  return (
    <Label role="status" color={colors[status] ?? 'red'} variant="outline">
      Health: {status}
    </Label>
  );
}
