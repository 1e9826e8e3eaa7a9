import { Progress } from '@patternfly/react-core';
import { Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import type { PoolList } from '../api/model';
import { Bytes } from '../format/Bytes';
import { StateLabel } from './StateLabel';
import { TableCard } from './TableCard';

export function PoolsTable({ pools }: { pools: PoolList | undefined }) {
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
          <Tr key={pool.id}>
            <Th scope="row" dataLabel="Name">
              {pool.name}
            </Th>
            <Td dataLabel="State">
              <StateLabel state={pool.state} />
              {pool.reason && <div>{pool.reason}</div>}
            </Td>
            <Td dataLabel="Total">
              <Bytes value={pool.totalBytes} />
            </Td>
            <Td dataLabel="Allocated">
              <Bytes value={pool.allocatedBytes} />
              {pool.allocatedBytes !== undefined && pool.totalBytes !== undefined && (
                <Progress
                  size="sm"
                  measureLocation="none"
                  max={pool.totalBytes}
                  value={pool.allocatedBytes}
                  aria-label={`Allocated of ${pool.name}`}
                />
              )}
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
