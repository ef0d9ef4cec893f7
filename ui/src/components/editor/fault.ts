import { StateEffect, StateField } from '@codemirror/state';
import { Decoration, EditorView, type DecorationSet } from '@codemirror/view';
import type { TextRange } from '../../lib/utf8';

/** Where the server found the query wrong, or null. */
export const setFault = StateEffect.define<TextRange | null>();

const mark = Decoration.mark({ class: 'cm-fault' });

export const faultMark = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (marks, change) => {
    for (const effect of change.effects) {
      if (effect.is(setFault)) return decorate(effect.value, change.newDoc.length);
    }
    // A mark on a text that has changed would point at something else.
    return change.docChanged ? Decoration.none : marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});

function decorate(range: TextRange | null, length: number): DecorationSet {
  if (!range || range.to > length || range.from >= range.to) return Decoration.none;
  return Decoration.set(mark.range(range.from, range.to));
}
