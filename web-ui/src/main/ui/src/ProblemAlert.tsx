import { Alert, DescriptionList, DescriptionListDescription, DescriptionListGroup, DescriptionListTerm } from '@patternfly/react-core';
import type { Problem } from './api/problem';

/** A problem with what caused it and what would correct it, as the controller says. */
export function ProblemAlert({ problem }: { problem: Problem }) {
  const { detail, cause, correction } = problem.body;
  const parts = [
    ['Cause', cause],
    ['Correction', correction],
  ].filter(([, text]) => text);
  return (
    <div role="alert">
      <Alert isInline variant="danger" title={problem.message} component="h2">
        {detail && <p>{detail}</p>}
        {parts.length > 0 && (
          <DescriptionList isHorizontal isCompact>
            {parts.map(([term, text]) => (
              <DescriptionListGroup key={term}>
                <DescriptionListTerm>{term}</DescriptionListTerm>
                <DescriptionListDescription>{text}</DescriptionListDescription>
              </DescriptionListGroup>
            ))}
          </DescriptionList>
        )}
      </Alert>
    </div>
  );
}
