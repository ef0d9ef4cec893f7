import { Button, Group, Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { Refusal } from '../../components/Refusal';
import classes from './Tasks.module.css';

interface ConfirmationProps {
  opened: boolean;
  question: string;
  /** What the button that does it says. */
  answer: string;
  color: string;
  /** Whether Enter says yes: not to what cannot be taken back. */
  harmless?: boolean;
  error: Error | null;
  pending: boolean;
  /** Nothing is left to be asked; what is said is to be read. */
  done?: boolean;
  onYes: () => void;
  onNo: () => void;
  children: ReactNode;
}

/** A question before something that cannot be taken back, with the server's words when it refuses. */
export function Confirmation(props: ConfirmationProps) {
  const { opened, question, answer, color, error, pending, onYes, onNo, children } = props;
  const { harmless = false, done = false } = props;
  return (
    <Modal opened={opened} onClose={onNo} title={question} size="sm">
      <div className={classes.confirmText}>{children}</div>
      <Refusal error={error} />
      <Group justify="flex-end" gap="xs" mt="sm">
        <Button variant="default" data-autofocus={!harmless || undefined} onClick={onNo}>
          {done ? 'Close' : 'Leave it'}
        </Button>
        {!done && (
          <Button color={color} data-autofocus={harmless || undefined} loading={pending} onClick={onYes}>
            {answer}
          </Button>
        )}
      </Group>
    </Modal>
  );
}
