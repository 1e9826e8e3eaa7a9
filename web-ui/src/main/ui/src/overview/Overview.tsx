import {
  Button,
  Masthead,
  MastheadBrand,
  MastheadContent,
  MastheadMain,
  Page,
  PageSection,
  SkipToContent,
  Stack,
  StackItem,
  Title,
} from '@patternfly/react-core';
import { useIsFetching, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Client } from '../api/client';
import type { Problem } from '../api/problem';
import { ProblemAlert } from '../ProblemAlert';
import { HealthLabel } from './HealthLabel';
import { PoolsTable } from './PoolsTable';
import { refreshMillis, useLive } from './useLive';
import { VolumesTable } from './VolumesTable';

const mainId = 'main';

interface Props {
  client: Client;
  onSignOut: (reason?: Problem) => void;
}

/** Health, pools and volumes of one controller, as they are now. */
export function Overview({ client, onSignOut }: Props) {
  const queries = useQueryClient();
  const refreshing = useIsFetching() > 0;
  const health = useLive('health', client.health);
  const pools = useLive('pools', client.pools);
  const volumes = useLive('volumes', client.volumes);
  const problems = [health.problem, pools.problem, volumes.problem].filter((problem) => problem !== undefined);
  const refusal = problems.find((problem) => problem.unauthorized);

  useEffect(() => {
    if (refusal) onSignOut(refusal);
  }, [refusal, onSignOut]);

  // One unreachable controller is one problem, not three.
  const distinct = new Map(problems.map((problem) => [`${problem.status} ${problem.message}`, problem]));
  const oldestMillis = Math.min(pools.updatedAtMillis, volumes.updatedAtMillis);

  return (
    <Page
      mainContainerId={mainId}
      mainAriaLabel="Overview"
      skipToContent={<SkipToContent href={`#${mainId}`}>Skip to content</SkipToContent>}
      masthead={
        <Masthead>
          <MastheadMain>
            <MastheadBrand>
              <Title headingLevel="h1" size="xl">
                Weir
              </Title>
            </MastheadBrand>
          </MastheadMain>
          <MastheadContent className="weir-masthead-actions">
            <HealthLabel health={health} />
            <Button variant="secondary" onClick={() => onSignOut()}>
              Sign out
            </Button>
          </MastheadContent>
        </Masthead>
      }
    >
      <PageSection>
        <Stack hasGutter>
          {[...distinct].map(([key, problem]) => (
            <StackItem key={key}>
              <ProblemAlert problem={problem} />
            </StackItem>
          ))}
          <StackItem className="weir-refresh">
            <span>
              {oldestMillis > 0 && `As of ${new Date(oldestMillis).toLocaleTimeString()}, `}
              refreshed every {refreshMillis / 1000} seconds
            </span>
            <Button variant="link" isInline isAriaDisabled={refreshing} onClick={() => void queries.invalidateQueries()}>
              Refresh now
            </Button>
          </StackItem>
          <StackItem>
            <PoolsTable pools={pools.value} />
          </StackItem>
          <StackItem>
            <VolumesTable volumes={volumes.value} />
          </StackItem>
        </Stack>
      </PageSection>
    </Page>
  );
}
