import { Pagination } from '@patternfly/react-core';
import { Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import type { VolumeList } from '../api/model';
import { Bytes } from '../format/Bytes';
import { StateLabel } from './StateLabel';
import { TableCard } from './TableCard';

interface Props {
  volumes: VolumeList | undefined;
  onPage: (page: number) => void;
}

export function VolumesTable({ volumes, onPage }: Props) {
  return (
    <TableCard
      title="Volumes"
      rows={volumes?.totalItems}
      footer={volumes && volumes.totalItems > volumes.pageSize && <Pages volumes={volumes} onPage={onPage} />}
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
              <StateLabel state={volume.state} />
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

/** PatternFly counts pages from 1, the API from 0. */
function Pages({ volumes, onPage }: { volumes: VolumeList; onPage: (page: number) => void }) {
  return (
    <Pagination
      itemCount={volumes.totalItems}
      perPage={volumes.pageSize}
      perPageOptions={[]}
      page={volumes.page + 1}
      onSetPage={(_, shown) => onPage(shown - 1)}
      variant="bottom"
      isCompact
      titles={{ paginationAriaLabel: 'Pages of volumes' }}
    />
  );
}
