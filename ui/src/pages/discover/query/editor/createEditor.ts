import {
  acceptCompletion,
  autocompletion,
  closeCompletion,
  completionStatus,
} from '@codemirror/autocomplete';
import { moveCompletionSelection, selectedCompletion } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { EditorState } from '@codemirror/state';
import { EditorView, keymap, placeholder, type KeyBinding } from '@codemirror/view';
import type { Field, FieldValue } from '../../../../api/types';
import { faultMark } from '../../../../components/editor/fault';
import { suggestions } from './suggestions';
import { syntaxColors } from './syntaxColors';
import { editorTheme } from '../../../../components/editor/theme';

export interface EditorHooks {
  onChange: (text: string) => void;
  onSubmit: (text: string) => void;
  fields: () => Field[];
  values: (field: string) => Promise<FieldValue[]>;
}

export function createEditor(parent: HTMLElement, doc: string, hooks: EditorHooks): EditorView {
  return new EditorView({
    parent,
    state: EditorState.create({
      doc,
      extensions: [
        history(),
        // Nothing is chosen until an arrow or Tab is pressed: Enter has to mean search.
        autocompletion({
          override: [suggestions(hooks)],
          selectOnOpen: false,
          interactionDelay: 0,
          icons: false,
        }),
        keymap.of([...queryKeys(hooks), ...historyKeymap, ...defaultKeymap]),
        placeholder('Search, e.g.  severity:ERROR AND message:"connection lost"'),
        EditorView.contentAttributes.of({
          'aria-label': 'Query',
          'aria-multiline': 'false',
          'data-shortcut': 'query',
          spellcheck: 'false',
        }),
        EditorState.transactionFilter.of((change) => (change.newDoc.lines > 1 ? [] : change)),
        EditorView.clipboardInputFilter.of((text) => text.trim().replace(/\s*[\r\n]+\s*/g, ' ')),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) hooks.onChange(update.state.doc.toString());
        }),
        syntaxColors,
        faultMark,
        editorTheme,
      ],
    }),
  });
}

function queryKeys(hooks: EditorHooks): KeyBinding[] {
  return [
    {
      key: 'Enter',
      run: (view) => {
        if (selectedCompletion(view.state) && acceptCompletion(view)) return true;
        closeCompletion(view);
        hooks.onSubmit(view.state.doc.toString());
        return true;
      },
    },
    {
      key: 'Tab',
      run: (view) => {
        const status = completionStatus(view.state);
        // Suggestions that are on their way are meant as well: leaving the editor would surprise.
        if (status !== 'active') return status === 'pending';
        if (!selectedCompletion(view.state)) moveCompletionSelection(true)(view);
        return acceptCompletion(view);
      },
    },
    {
      key: 'Escape',
      run: (view) => {
        if (!closeCompletion(view)) view.contentDOM.blur();
        return true;
      },
    },
  ];
}
