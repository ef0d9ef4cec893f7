import type { EditorView } from '@codemirror/view';
import { useEffect, useEffectEvent, useRef } from 'react';
import { setFault } from '../../../components/editor/fault';
import type { TextRange } from '../../../lib/utf8';
import { createPromqlEditor } from './editor/createPromqlEditor';

interface PromqlEditorProps {
  value: string;
  label: string;
  main: boolean;
  /** Where the server found the query that was run wrong. */
  fault: TextRange | null;
  onChange: (text: string) => void;
  onSubmit: (text: string) => void;
  /** The editor was entered: from now on texts are put in through `insert`. */
  onFocus: (insert: (text: string) => void) => void;
}

/** CodeMirror with PromQL; loaded when the first row is shown. */
export default function PromqlEditor(props: PromqlEditorProps) {
  const { value, fault } = props;
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<EditorView>(null);
  const initial = useEffectEvent(() => ({ value, label: props.label, main: props.main }));
  const changed = useEffectEvent((text: string) => props.onChange(text));
  const submitted = useEffectEvent((text: string) => props.onSubmit(text));
  const focused = useEffectEvent((insert: (text: string) => void) => props.onFocus(insert));

  useEffect(() => {
    if (!host.current) return;
    const { value: doc, label, main } = initial();
    const view = createPromqlEditor(host.current, doc, {
      label,
      main,
      onChange: (text) => changed(text),
      onSubmit: (text) => submitted(text),
      onFocus: () => focused((text) => insertText(view, text)),
    });
    editor.current = view;
    return () => view.destroy();
  }, []);

  useEffect(() => {
    const view = editor.current;
    if (!view || view.state.doc.toString() === value) return;
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: value } });
  }, [value]);

  const from = fault?.from;
  const to = fault?.to;
  useEffect(() => {
    const range = from === undefined || to === undefined ? null : { from, to };
    editor.current?.dispatch({ effects: setFault.of(range) });
  }, [from, to]);

  return <div ref={host} />;
}

function insertText(view: EditorView, text: string): void {
  view.dispatch(view.state.replaceSelection(text));
  view.focus();
}
