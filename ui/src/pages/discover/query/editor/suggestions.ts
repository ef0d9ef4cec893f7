import {
  startCompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import type { EditorView } from '@codemirror/view';
import type { FieldValue } from '../../../../api/types';
import { escapeField, quote } from '../../../../lib/lucene/escape';
import { fieldBefore } from '../../../../lib/lucene/tokenize';
import type { EditorHooks } from './createEditor';

type Source = (context: CompletionContext) => Promise<CompletionResult | null>;

/** Field names where a field can stand, that field's commonest values after its colon. */
export function suggestions({ fields, values }: Pick<EditorHooks, 'fields' | 'values'>): Source {
  return async (context) => {
    const word = context.matchBefore(/"[^"]*|[\w.@-]*/);
    const from = word?.from ?? context.pos;
    const field = fieldBefore(context.state.doc.toString(), context.pos);
    if (field !== null) {
      const found = await values(field).catch((): FieldValue[] => []);
      return found.length === 0
        ? null
        : { from, options: found.map(valueOption), filter: !word?.text.startsWith('"') };
    }
    if (from === context.pos && !context.explicit) return null;
    return {
      from,
      validFor: /^[\w.@-]*$/,
      options: fields().map(({ name, type }) => ({
        label: name,
        detail: type,
        type: 'property',
        apply: applyField,
      })),
    };
  };
}

/** The colon comes along, and with it the field's values. */
function applyField(view: EditorView, completion: Completion, from: number, to: number): void {
  const insert = `${escapeField(completion.label)}:`;
  view.dispatch({ changes: { from, to, insert }, selection: { anchor: from + insert.length } });
  startCompletion(view);
}

function valueOption({ value, count }: FieldValue): Completion {
  const text = String(value);
  return {
    label: text,
    detail: String(count),
    apply: /^[\w.]+$/.test(text) && !/^(AND|OR|NOT)$/.test(text) ? text : quote(text),
  };
}
