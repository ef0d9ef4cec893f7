import {
  acceptCompletion,
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  closeCompletion,
  completionStatus,
  moveCompletionSelection,
  selectedCompletion,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, insertNewlineAndIndent } from '@codemirror/commands';
import { bracketMatching } from '@codemirror/language';
import { EditorState } from '@codemirror/state';
import { EditorView, keymap, placeholder, type KeyBinding } from '@codemirror/view';
import { PromQLExtension } from '@prometheus-io/codemirror-promql';
import { faultMark } from '../../../../components/editor/fault';
import { editorTheme } from '../../../../components/editor/theme';
import { completionClient } from './completionClient';
import { promqlHighlight } from './promqlHighlight';

export interface PromqlEditorHooks {
  label: string;
  /** Where the `/` key goes. */
  main: boolean;
  onChange: (text: string) => void;
  onSubmit: (text: string) => void;
  onFocus: () => void;
}

/** A few lines of PromQL; Shift+Enter makes another. */
export function createPromqlEditor(parent: HTMLElement, doc: string, hooks: PromqlEditorHooks): EditorView {
  const promql = new PromQLExtension().setComplete({ remote: completionClient });
  return new EditorView({
    parent,
    state: EditorState.create({
      doc,
      extensions: [
        history(),
        bracketMatching(),
        closeBrackets(),
        // Nothing is chosen until an arrow or Tab is pressed: Enter has to mean run.
        autocompletion({ selectOnOpen: false, interactionDelay: 0, icons: false }),
        promql.asExtension(),
        keymap.of([...keys(hooks), ...closeBracketsKeymap, ...historyKeymap, ...defaultKeymap]),
        placeholder('PromQL, e.g.  sum by (agent) (rate(task_latency_seconds_count[5m]))'),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({
          'aria-label': hooks.label,
          ...(hooks.main && { 'data-shortcut': 'query' }),
          spellcheck: 'false',
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) hooks.onChange(update.state.doc.toString());
          if (update.focusChanged && update.view.hasFocus) hooks.onFocus();
        }),
        faultMark,
        promqlHighlight,
        editorTheme,
      ],
    }),
  });
}

function keys(hooks: PromqlEditorHooks): KeyBinding[] {
  const submit = (view: EditorView) => {
    closeCompletion(view);
    hooks.onSubmit(view.state.doc.toString());
    return true;
  };
  return [
    { key: 'Ctrl-Enter', mac: 'Cmd-Enter', run: submit },
    { key: 'Shift-Enter', run: insertNewlineAndIndent },
    {
      key: 'Enter',
      run: (view) => (selectedCompletion(view.state) !== null && acceptCompletion(view)) || submit(view),
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
