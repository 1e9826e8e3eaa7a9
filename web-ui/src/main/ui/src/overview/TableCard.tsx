import { Bullseye, Card, CardBody, CardTitle, Spinner } from '@patternfly/react-core';
import { Table } from '@patternfly/react-table';
import type { ReactNode } from 'react';

interface Props {
  title: string;
  /** Undefined until the first answer. */
  rows: number | undefined;
  empty: ReactNode;
  children: ReactNode;
}

/** A titled table, what stands in its place while there is nothing in it, and before that is known. */
export function TableCard({ title, rows, empty, children }: Props) {
  return (
    <Card isCompact>
      <CardTitle component="h2">{title}</CardTitle>
      <CardBody>
        {rows === undefined && (
          <Bullseye>
            <Spinner aria-label={`Waiting for ${title.toLowerCase()}`} />
          </Bullseye>
        )}
        {rows === 0 && empty}
        {rows !== undefined && rows > 0 && (
          <Table aria-label={title} variant="compact">
            {children}
          </Table>
        )}
      </CardBody>
    </Card>
  );
}
