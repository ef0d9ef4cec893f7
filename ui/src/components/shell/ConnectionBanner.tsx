import { IconPlugConnectedX } from '@tabler/icons-react';
import { formatAge } from '../../lib/time/format';
import { lostSince } from '../../state/connection';
import { useStore } from '../../state/store';
import { useNow } from '../../state/useNow';
import classes from './Shell.module.css';

export function ConnectionBanner() {
  const since = useStore(lostSince);
  return since === null ? null : <Banner since={since} />;
}

function Banner({ since }: { since: number }) {
  const now = useNow(1_000);
  return (
    <div className={classes.banner} role="alert">
      <IconPlugConnectedX size={17} aria-hidden />
      No connection to the server for {formatAge(now - since)}. What you see is the last known state; trying
      again.
    </div>
  );
}
