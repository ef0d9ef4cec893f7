import type { Account } from '../../api/types';

/** What was received and is neither stored nor refused: in flight, or lost; below zero when there is too much. */
export function missing({ received, stored, refused }: Account): number {
  return received - stored - refused;
}

/** How much of what an agent emitted is not here, or does not add up. */
export function lost(account: Account): number {
  return account.refused + account.dropped + Math.abs(missing(account));
}
