import { Label, Progress } from '@patternfly/react-core';
import { Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import type { Page, Pool } from '../api/model';
import { Bytes } from '../format/Bytes';
import { TableCard } from './TableCard';

export function PoolsTable({ pools }: { pools: Page<Pool> | undefined }) {
  return (
    <TableCard title="Pools" rows={pools?.items.length} empty={<p>No pool has been created yet.</p>}>
      <Thead>
        <Tr>
          <Th>Name</Th>
          <Th>State</Th>
          <Th>Total</Th>
          <Th>Allocated</Th>
          <Th>Free</Th>
          <Th info={{ tooltip: 'The sum of what the volumes of the pool were promised' }}>Virtual</Th>
        </Tr>
      </Thead>
      <Tbody>
        {pools?.items.map((pool) => (
          <Tr key={pool.name}>
            <Th scope="row" dataLabel="Name">
              {pool.name}
            </Th>
            <Td dataLabel="State">
              <Label isCompact>{pool.state}</Label>
            </Td>
            <Td dataLabel="Total">
              <Bytes value={pool.totalBytes} />
            </Td>
            <Td dataLabel="Allocated">
              <Bytes value={pool.allocatedBytes} />
              <Progress
                size="sm"
                measureLocation="none"
                max={pool.totalBytes}
                value={pool.allocatedBytes}
                aria-label={`Allocated of ${pool.name}`}
              />
            </Td>
            <Td dataLabel="Free">
              <Bytes value={pool.freeBytes} />
            </Td>
            <Td dataLabel="Virtual">
              <Bytes value={pool.virtualBytes} />
            </Td>
          </Tr>
        ))}
      </Tbody>
    </TableCard>
  );
}
