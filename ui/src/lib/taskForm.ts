import type { JsonObject, NewTask, Priority } from '../api/types';

/** A task as it is typed. */
export interface TaskDraft {
  type: string;
  priority: Priority;
  metadata: string;
  skills: string;
  delaySeconds: string;
  deadlineSeconds: string;
  maxRetries: string;
  key: string;
}

export const EMPTY_DRAFT: TaskDraft = {
  type: '',
  priority: 'medium',
  metadata: '{}',
  skills: '',
  delaySeconds: '',
  deadlineSeconds: '',
  maxRetries: '',
  key: '',
};

/** What is said of metadata that is no object, or no JSON. */
export const NO_OBJECT = 'Write a JSON object, such as {"topic": "tides"}';

/** Which field is at fault, and how. */
export type DraftFaults = Partial<Record<keyof TaskDraft, string>>;

export type ReadDraft = { task: NewTask; faults: null } | { task: null; faults: DraftFaults };

/** The task that was typed, or what is wrong with it; the server has the last word. */
export function readDraft(draft: TaskDraft): ReadDraft {
  const faults: DraftFaults = {};
  if (draft.type.trim() === '') faults.type = 'Say which type of task it is';
  const metadata = readObject(draft.metadata);
  if (metadata === null) faults.metadata = NO_OBJECT;
  const number = (field: 'delaySeconds' | 'deadlineSeconds' | 'maxRetries', whole: boolean) => {
    const text = draft[field].trim();
    if (text === '') return undefined;
    const value = Number(text);
    if (Number.isFinite(value) && value >= 0 && (!whole || Number.isInteger(value))) return value;
    faults[field] = whole ? 'Write a whole number' : 'Write a number of seconds';
    return undefined;
  };
  const delay = number('delaySeconds', false);
  const deadline = number('deadlineSeconds', false);
  const maxRetries = number('maxRetries', true);
  if (Object.keys(faults).length > 0 || metadata === null) return { task: null, faults };
  const skills = draft.skills.split(/[\s,]+/).filter((skill) => skill !== '');
  return {
    faults: null,
    task: {
      task_type: draft.type.trim(),
      priority: draft.priority,
      metadata,
      ...(skills.length > 0 && { required_skills: skills }),
      ...(delay !== undefined && { delay_ms: Math.round(delay * 1_000) }),
      ...(deadline !== undefined && { deadline_ms: Math.round(deadline * 1_000) }),
      ...(maxRetries !== undefined && { max_retries: maxRetries }),
      ...(draft.key.trim() !== '' && { idempotency_key: draft.key.trim() }),
    },
  };
}

/** A task as it would be typed, to be changed. */
export function draftOf(task: NewTask): TaskDraft {
  const seconds = (milliseconds: number | null | undefined) =>
    milliseconds === undefined || milliseconds === null ? '' : String(milliseconds / 1_000);
  return {
    type: task.task_type,
    priority: task.priority ?? 'medium',
    metadata: JSON.stringify(task.metadata ?? {}, null, 2),
    skills: (task.required_skills ?? []).join(', '),
    delaySeconds: seconds(task.delay_ms),
    deadlineSeconds: seconds(task.deadline_ms),
    maxRetries: task.max_retries === undefined || task.max_retries === null ? '' : String(task.max_retries),
    key: task.idempotency_key ?? '',
  };
}

function readObject(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text.trim() === '' ? '{}' : text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as JsonObject)
      : null;
  } catch {
    return null;
  }
}
