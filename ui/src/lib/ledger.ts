import type { LedgerBalance } from '../api/types';
import { formatCount } from './number';

export interface LedgerVerdict {
  urgency: 'good' | 'waiting' | 'bad' | 'unknown';
  text: string;
}

/** The account in a word or two: the worst first. */
export function ledgerVerdict(ledger: LedgerBalance): LedgerVerdict {
  const { gap, refused, dropped, shared } = ledger;
  if (gap > 0) return { urgency: 'bad', text: `${formatCount(gap)} missing` };
  if (shared) return { urgency: 'unknown', text: 'name is shared' };
  if (refused > 0) return { urgency: 'waiting', text: `${formatCount(refused)} refused` };
  if (dropped > 0) return { urgency: 'waiting', text: `${formatCount(dropped)} dropped` };
  return { urgency: 'good', text: 'all here' };
}

/** Every figure, and what the account cannot know. */
export function ledgerDetail(ledger: LedgerBalance): string {
  const { emitted, stored, refused, dropped, unreported, gap, unclosed, partial, shared } = ledger;
  const figures = Object.entries({ emitted, stored, refused, dropped, unreported, missing: gap });
  const notes = [
    unclosed > 0 &&
      `${formatCount(unclosed)} ended without a last report: what they had not handed over is unknown.`,
    partial && 'What was emitted before the server started is not in the account.',
    shared && 'Several processes log in this name, so that nothing can be said of what is missing.',
  ];
  return [
    `As of the last report: ${figures.map(([name, count]) => `${formatCount(count)} ${name}`).join(', ')}.`,
    ...notes.filter((note) => note !== false),
  ].join(' ');
}
