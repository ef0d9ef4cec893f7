import { RangeSetBuilder } from '@codemirror/state';
import {
  Decoration,
  ViewPlugin,
  type DecorationSet,
  type EditorView,
  type ViewUpdate,
} from '@codemirror/view';
import { tokenize, type TokenKind } from '../../../../lib/lucene/tokenize';

const COLORED: readonly TokenKind[] = [
  'field',
  'colon',
  'operator',
  'phrase',
  'number',
  'range',
  'regex',
  'modifier',
];
const marks = new Map(COLORED.map((kind) => [kind, Decoration.mark({ class: `cm-${kind}` })]));

/** A query is one short line: colouring all of it again costs less than keeping a tree. */
class Colors {
  decorations: DecorationSet;

  constructor(view: EditorView) {
    this.decorations = decorate(view);
  }

  update(update: ViewUpdate): void {
    if (update.docChanged) this.decorations = decorate(update.view);
  }
}

export const syntaxColors = ViewPlugin.fromClass(Colors, { decorations: (plugin) => plugin.decorations });

function decorate(view: EditorView): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  for (const { kind, from, to } of tokenize(view.state.doc.toString())) {
    const mark = marks.get(kind);
    if (mark) builder.add(from, to, mark);
  }
  return builder.finish();
}
