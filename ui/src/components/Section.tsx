import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useId, type ReactNode } from 'react';
import classes from './Section.module.css';

interface SectionProps {
  title: string;
  /** Beside the title. */
  head?: ReactNode;
  open: boolean;
  onToggle: () => void;
  children: ReactNode;
}

/** One group of a page; a closed one keeps its head, which tells what is in it. */
export function Section({ title, head, open, onToggle, children }: SectionProps) {
  const id = useId();
  const Icon = open ? IconChevronDown : IconChevronRight;
  return (
    <section className={classes.section} aria-labelledby={id} data-open={open}>
      <div className={classes.head}>
        <h2 id={id}>
          <button type="button" className={classes.toggle} aria-expanded={open} onClick={onToggle}>
            <Icon size={15} aria-hidden />
            {title}
          </button>
        </h2>
        <div className={classes.facts}>{head}</div>
      </div>
      {open && children}
    </section>
  );
}
