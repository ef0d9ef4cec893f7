import DOMPurify from 'dompurify';
import { Marked } from 'marked';
import { useMemo } from 'react';
import { text } from '../../../../lib/dashboard/model/read';
import { interpolate } from '../../../../lib/dashboard/variables/interpolate';
import type { PanelProps } from '../../grid/PanelBody';
import classes from './Text.module.css';

/** Markdown or HTML of the file's author, with everything taken out that could run code. */
export default function TextPanel({ panel, data, title }: PanelProps) {
  const { options } = panel;
  const mode = text(options.mode, 'markdown');
  const content = interpolate(text(options.content), data.scope, mode === 'code' ? 'text' : 'html');
  const html = useMemo(() => (mode === 'code' ? '' : safeHtml(content, mode)), [content, mode]);
  if (mode === 'code') {
    return (
      <pre className={classes.code} tabIndex={0}>
        {content}
      </pre>
    );
  }
  return (
    <div
      className={classes.text}
      tabIndex={0}
      role="group"
      aria-label={title || 'Text'}
      dangerouslySetInnerHTML={{ __html: html }}
    />
  );
}

/** The page's own headings and the panel's title stand above those of the text. */
const HEADINGS_BELOW = 2;
const LOWEST_HEADING = 6;

const markdown = new Marked({
  gfm: true,
  walkTokens: (token) => {
    if (token.type === 'heading')
      token.depth = Math.min(LOWEST_HEADING, Number(token.depth) + HEADINGS_BELOW);
  },
});

function safeHtml(content: string, mode: string): string {
  const html = mode === 'html' ? content : markdown.parse(content, { async: false });
  return DOMPurify.sanitize(html, {
    USE_PROFILES: { html: true },
    // Nothing is loaded from elsewhere, and no form sends anything.
    FORBID_TAGS: [
      'style',
      'form',
      'input',
      'button',
      'textarea',
      'select',
      'img',
      'picture',
      'video',
      'audio',
    ],
    FORBID_ATTR: ['style'],
  });
}
