import { Button, Drawer, Group } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { saveRule, type WrittenRule } from '../../../api/alerts';
import { Refusal } from '../../../components/Refusal';
import { EMPTY_DRAFT, fromRule, toRule, type RuleDraft } from '../../../lib/ruleDraft';
import { RuleFields } from './RuleFields';
import { TryOut } from './TryOut';
import classes from './Editor.module.css';

interface RuleEditorProps {
  opened: boolean;
  /** The rule whose place it takes; none for a new one. */
  rule: WrittenRule | null;
  ownFile: string;
  onClose: () => void;
}

export function RuleEditor({ opened, rule, ownFile, onClose }: RuleEditorProps) {
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      size={640}
      title={rule ? `Change ${rule.alert}` : 'New rule'}
      overlayProps={{ backgroundOpacity: 0.2 }}
      transitionProps={{ duration: 100 }}
    >
      <EditorBody key={rule?.alert ?? ''} rule={rule} ownFile={ownFile} onClose={onClose} />
    </Drawer>
  );
}

function EditorBody({ rule, ownFile, onClose }: Omit<RuleEditorProps, 'opened'>) {
  const [draft, setDraft] = useState<RuleDraft>(rule ? fromRule(rule) : EMPTY_DRAFT);
  const queryClient = useQueryClient();
  const save = useMutation({
    mutationFn: () => saveRule(toRule(draft), rule?.alert ?? null),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['alerts'] });
      await queryClient.invalidateQueries({ queryKey: ['prometheus', 'rules'] });
      onClose();
    },
  });
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <RuleFields draft={draft} onChange={(patch) => setDraft({ ...draft, ...patch })} />
      <TryOut rule={toRule(draft)} />
      <Refusal error={save.error} />
      <Group justify="space-between" gap="xs">
        <span className={classes.soft}>
          Kept in <code>{ownFile}</code>
        </span>
        <Group gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending} disabled={draft.name.trim() === ''}>
            {rule ? 'Save' : 'Make rule'}
          </Button>
        </Group>
      </Group>
    </form>
  );
}
