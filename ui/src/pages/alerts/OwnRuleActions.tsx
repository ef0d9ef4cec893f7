import { Button, Group, Modal } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { removeRule } from '../../api/alerts';
import { Refusal } from '../../components/Refusal';
import { alertsLink, parseAlertsView } from '../../lib/alertsUrl';
import classes from './Alerts.module.css';

/** What can be done with a rule that was made here. Others are changed in their files. */
export function OwnRuleActions({ name }: { name: string }) {
  const view = parseAlertsView(useSearch());
  const [, navigate] = useLocation();
  const [asked, setAsked] = useState(false);
  const queryClient = useQueryClient();
  const remove = useMutation({
    mutationFn: () => removeRule(name),
    onSuccess: () => setAsked(false),
    onSettled: async () => {
      await queryClient.invalidateQueries({ queryKey: ['alerts'] });
      await queryClient.invalidateQueries({ queryKey: ['prometheus', 'rules'] });
    },
  });
  return (
    <div className={classes.actions}>
      <Button
        size="compact-xs"
        variant="default"
        aria-label={`Change ${name}`}
        onClick={() => navigate(alertsLink({ ...view, edit: name }))}
      >
        Change
      </Button>
      <Button
        size="compact-xs"
        variant="default"
        aria-label={`Remove ${name}`}
        onClick={() => setAsked(true)}
      >
        Remove
      </Button>
      <Modal opened={asked} onClose={() => setAsked(false)} title={`Remove ${name}?`} size="sm">
        <p>Its alerts end, and whoever was told of them is told so. The history keeps them.</p>
        <Refusal error={remove.error} />
        <Group justify="flex-end" gap="xs" mt="sm">
          <Button variant="default" onClick={() => setAsked(false)}>
            Cancel
          </Button>
          <Button color="red" loading={remove.isPending} onClick={() => remove.mutate()}>
            Remove
          </Button>
        </Group>
      </Modal>
    </div>
  );
}
