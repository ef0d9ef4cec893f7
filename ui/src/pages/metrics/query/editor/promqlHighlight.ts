import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

const style = HighlightStyle.define([
  { tag: tags.variableName, color: 'var(--text)' },
  { tag: tags.labelName, color: 'var(--code-key)' },
  { tag: tags.string, color: 'var(--code-string)' },
  { tag: tags.number, color: 'var(--code-number)' },
  { tag: tags.function(tags.variableName), color: 'var(--link)', fontWeight: '600' },
  {
    tag: [tags.operatorKeyword, tags.modifier, tags.logicOperator],
    color: 'var(--code-operator)',
    fontWeight: '600',
  },
  { tag: [tags.operator, tags.arithmeticOperator], color: 'var(--text-soft)' },
  { tag: tags.comment, color: 'var(--text-faint)', fontStyle: 'italic' },
]);

const notes = EditorView.theme({
  '.cm-lintRange-error': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--danger) 1.5px',
    textUnderlineOffset: '3px',
  },
  '.cm-tooltip-lint': { fontSize: '12px' },
  '.cm-diagnostic': { fontFamily: 'var(--mantine-font-family)' },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--danger)' },
  '.cm-completionIcon': { display: 'none' },
  '.cm-completionDetail': {
    maxWidth: '380px',
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
  },
  '.cm-tooltip.cm-completionInfo': { padding: '6px 10px', fontSize: '12px', maxWidth: '380px' },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--surface-active)', outline: 'none' },
});

/** Colours of PromQL, and the look of what the linter says. */
export const promqlHighlight = [syntaxHighlighting(style), notes];
