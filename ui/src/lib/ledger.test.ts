import { expect, it } from 'vitest';
import { ledgerDetail, ledgerVerdict } from './ledger';

const balanced = {
  emitted: 1_200,
  stored: 1_200,
  refused: 0,
  dropped: 0,
  unreported: 0,
  gap: 0,
  unclosed: 0,
  partial: false,
  shared: false,
};

it('says the worst first', () => {
  expect(ledgerVerdict(balanced)).toEqual({ urgency: 'good', text: 'all here' });
  expect(ledgerVerdict({ ...balanced, refused: 2, dropped: 3 }).text).toBe('2 refused');
  expect(ledgerVerdict({ ...balanced, refused: 2, gap: 1_000 })).toEqual({
    urgency: 'bad',
    text: '1,000 missing',
  });
  expect(ledgerVerdict({ ...balanced, shared: true }).urgency).toBe('unknown');
});

it('says what it cannot know', () => {
  expect(ledgerDetail(balanced)).toBe(
    'As of the last report: 1,200 emitted, 1,200 stored, 0 refused, 0 dropped, 0 unreported, 0 missing.',
  );
  expect(ledgerDetail({ ...balanced, unclosed: 1, partial: true })).toMatch(
    /without a last report.*not in the account/,
  );
});
