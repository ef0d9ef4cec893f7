import { useEffect, useEffectEvent, useRef } from 'react';
import type { EditorView } from '@codemirror/view';
import type { Field, FieldValue } from '../../../api/types';
import type { TextRange } from '../../../lib/utf8';
import { createEditor } from './editor/createEditor';
import { setFault } from '../../../components/editor/fault';

interface QueryEditorProps {
  value: string;
  fields: Field[];
  suggestValues: (field: string) => Promise<FieldValue[]>;
  fault: TextRange | null;
  invalid: boolean;
  onChange: (text: string) => void;
  onSubmit: (text: string) => void;
}

/** One line of CodeMirror; the only module that brings it in, so that other pages load without it. */
export default function QueryEditor(props: QueryEditorProps) {
  const { value, fault, invalid } = props;
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<EditorView>(null);

  const initialText = useEffectEvent(() => value);
  const changed = useEffectEvent((text: string) => props.onChange(text));
  const submitted = useEffectEvent((text: string) => props.onSubmit(text));
  const knownFields = useEffectEvent(() => props.fields);
  const valuesOf = useEffectEvent((field: string) => props.suggestValues(field));

  useEffect(() => {
    if (!host.current) return;
    const view = createEditor(host.current, initialText(), {
      onChange: (text) => changed(text),
      onSubmit: (text) => submitted(text),
      fields: () => knownFields(),
      values: (field) => valuesOf(field),
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

  useEffect(() => {
    const content = editor.current?.contentDOM;
    content?.setAttribute('aria-invalid', String(invalid));
    if (invalid) content?.setAttribute('aria-describedby', 'query-error');
    else content?.removeAttribute('aria-describedby');
  }, [invalid]);

  return <div ref={host} />;
}
