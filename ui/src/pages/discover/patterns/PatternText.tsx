import classes from './Patterns.module.css';

/** Places of values stand out from the words. */
const PLACE = /(<(?:\*|uuid|hex|number|version|address|time|path|url|email|quoted|id)>)/;

export function PatternText({ text }: { text: string }) {
  return (
    <span className={classes.pattern}>
      {text.split(PLACE).map((piece, position) =>
        position % 2 === 1 ? (
          <span key={position} className={classes.place}>
            {piece}
          </span>
        ) : (
          piece
        ),
      )}
    </span>
  );
}
