import { Button, Menu } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconChevronDown } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { decideOnGroup, type ErrorGroup, type GroupDecision } from '../../api/errors';
import { Refusal } from '../../components/Refusal';

/** In the server's own notation, so that its clock decides. */
const TIMES = [
  ['For an hour', 'now+1h'],
  ['For a day', 'now+1d'],
  ['For a week', 'now+7d'],
] as const;

const COUNTS = [
  ['Until it happens 10 more times', 10],
  ['Until it happens 100 more times', 100],
  ['Until it happens 1,000 more times', 1_000],
] as const;

/** Resolve, ignore for a while, reopen: what can be done in the state that the group is in. */
export function Decisions({ group }: { group: ErrorGroup }) {
  const queryClient = useQueryClient();
  const decide = useMutation({
    mutationFn: (decision: GroupDecision) => decideOnGroup(group.id, decision),
    onSettled: async () => {
      await queryClient.invalidateQueries({ queryKey: ['error', group.id] });
      await queryClient.invalidateQueries({ queryKey: ['errors'] });
      await queryClient.invalidateQueries({ queryKey: ['error-of'] });
    },
  });
  useHotkeys([
    [
      'shift+R',
      () => {
        // Under a question that is open nothing is decided by the way.
        const asked = document.querySelector('[role="dialog"]') !== null;
        if (!asked) decide.mutate({ verb: group.state === 'resolved' ? 'reopen' : 'resolve' });
      },
    ],
  ]);
  return (
    <>
      {decide.error && <Refusal error={decide.error} />}
      {group.state !== 'open' && (
        <Button
          variant="default"
          loading={decide.isPending}
          onClick={() => decide.mutate({ verb: 'reopen' })}
        >
          Reopen
        </Button>
      )}
      {group.state !== 'ignored' && <IgnoreMenu onIgnore={(decision) => decide.mutate(decision)} />}
      {group.state !== 'resolved' && (
        <Button loading={decide.isPending} onClick={() => decide.mutate({ verb: 'resolve' })}>
          Resolve
        </Button>
      )}
    </>
  );
}

function IgnoreMenu({ onIgnore }: { onIgnore: (decision: GroupDecision) => void }) {
  return (
    <Menu position="bottom-end" shadow="md">
      <Menu.Target>
        <Button variant="default" rightSection={<IconChevronDown size={14} aria-hidden />}>
          Ignore
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {TIMES.map(([label, until]) => (
          <Menu.Item key={label} onClick={() => onIgnore({ verb: 'ignore', until })}>
            {label}
          </Menu.Item>
        ))}
        <Menu.Divider />
        {COUNTS.map(([label, count]) => (
          <Menu.Item key={label} onClick={() => onIgnore({ verb: 'ignore', until_count: count })}>
            {label}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={() => onIgnore({ verb: 'ignore' })}>For good</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
