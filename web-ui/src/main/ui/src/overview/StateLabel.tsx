import { Label, type LabelProps } from '@patternfly/react-core';

const colors: Record<string, NonNullable<LabelProps['color']>> = {
  ONLINE: 'green',
  CREATING: 'blue',
  DELETING: 'blue',
  DEGRADED: 'orange',
  OFFLINE: 'red',
  MISSING: 'red',
  FAILED: 'red',
};

/** The state of a pool or volume in the API's own word; a state this page does not know stays grey. */
export function StateLabel({ state }: { state: string }) {
  return (
    // On a narrow screen a table cell is a grid, which would stretch the label.
    <span>
      <Label isCompact color={colors[state] ?? 'grey'}>
        {state.toLowerCase()}
      </Label>
    </span>
  );
}
