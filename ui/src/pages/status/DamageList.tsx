import type { IndexInfo } from '../../api/types';
import classes from './Status.module.css';

/** What cannot be read, and what to do about it. */
export function DamageList({ indices }: { indices: readonly IndexInfo[] }) {
  const damaged = indices.filter((index) => index.damage !== undefined);
  if (damaged.length === 0) return null;
  return (
    <section className={classes.damage} role="alert" aria-labelledby="damage-title">
      <h2 id="damage-title">Damaged on disk</h2>
      <dl>
        {damaged.map(({ name, damage }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{damage}</dd>
          </div>
        ))}
      </dl>
      <p>
        Searches go on without these parts and say so. Check the disk, then restore a backup: see{' '}
        <code>swarmscope check</code> and <code>swarmscope restore</code>.
      </p>
    </section>
  );
}
