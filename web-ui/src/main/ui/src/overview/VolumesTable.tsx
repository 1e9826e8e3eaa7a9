import { Label } from '@patternfly/react-core';
import { Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import type { Page, Volume } from '../api/model';
import { Bytes } from '../format/Bytes';
import { TableCard } from './TableCard';

export function VolumesTable({ volumes }: { volumes: Page<Volume> | undefined }) {
  return (
    <TableCard
      title="Volumes"
      rows={volumes?.items.length}
      empty={
        <p>
          No volume has been created yet. <code>POST /api/v1/volumes</code> creates one.
        </p>
      }
    >
      <Thead>
        <Tr>
          <Th>Name</Th>
          <Th>Pool</Th>
          <Th>State</Th>
          <Th>Size</Th>
          <Th>Mapped</Th>
          <Th>Allocated</Th>
          <Th>Exports</Th>
        </Tr>
      </Thead>
      <Tbody>
        {volumes?.items.map((volume) => (
          <Tr key={volume.id}>
            <Th scope="row" dataLabel="Name">
              {volume.name}
            </Th>
            <Td dataLabel="Pool">{volume.pool}</Td>
            <Td dataLabel="State">
              <Label isCompact>{volume.state}</Label>
            </Td>
            <Td dataLabel="Size">
              <Bytes value={volume.sizeBytes} />
            </Td>
            <Td dataLabel="Mapped">
              <Bytes value={volume.mappedBytes} />
            </Td>
            <Td dataLabel="Allocated">
              <Bytes value={volume.allocatedBytes} />
            </Td>
            <Td dataLabel="Exports">
              {volume.exports.length === 0
                ? 'none'
                : volume.exports.map((one) => (
                    <div key={one.id}>
                      <code>{one.uri}</code>
                    </div>
                  ))}
            </Td>
          </Tr>
        ))}
      </Tbody>
    </TableCard>
  );
}
