// Dates, sizes and states in words.

import { Assignment, Attempt } from './api';

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat(undefined, {
  weekday: 'long',
  day: 'numeric',
  month: 'long'
});
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Such as "16:41", or "Friday 27 November 16:41" for another day. */
export function moment(iso: string, now = new Date()): string {
  const date = new Date(iso);
  if (!iso || isNaN(date.getTime())) {
    return '';
  }
  const today = date.toDateString() === now.toDateString();
  return today ? clock.format(date) : `${day.format(date)} ${clock.format(date)}`;
}

/** Such as "in 3 days" or "2 hours ago". */
export function fromNow(iso: string, now = new Date()): string {
  const milliseconds = new Date(iso).getTime() - now.getTime();
  const size = Math.abs(milliseconds);
  if (size < HOUR) {
    return relative.format(Math.round(milliseconds / MINUTE), 'minute');
  }
  return size < 2 * DAY
    ? relative.format(Math.round(milliseconds / HOUR), 'hour')
    : relative.format(Math.round(milliseconds / DAY), 'day');
}

export function bytes(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  let unit = 0;
  while (count >= 1024 && unit < units.length - 1) {
    count /= 1024;
    unit += 1;
  }
  return `${count < 10 && unit ? count.toFixed(1) : Math.round(count)} ${units[unit]}`;
}

export function points(attempt: Attempt): string {
  return `${round(attempt.score ?? 0)} of ${round(attempt.max_score ?? 0)}`;
}

export function round(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** What the card says of an assignment: a sign and words, so that colour alone says nothing. */
export function state(assignment: Assignment): { sign: string; words: string; kind: string } {
  const latest = assignment.attempts[0];
  switch (assignment.state) {
    case 'not_begun':
      return { sign: '', words: 'Not begun', kind: 'quiet' };
    case 'in_progress':
      return { sign: '◐', words: 'In progress', kind: 'quiet' };
    case 'handed_in':
      return { sign: '↑', words: handedIn(latest), kind: 'calm' };
    case 'being_graded':
      return { sign: '…', words: `${handedIn(latest)}, being graded`, kind: 'calm' };
    case 'graded':
      return latest.score === null
        ? { sign: '✓', words: 'Graded', kind: 'good' }
        : { sign: '✓', words: `${points(latest)} points`, kind: 'good' };
  }
}

function handedIn(attempt: Attempt): string {
  return `Handed in ${moment(attempt.handed_in)} as attempt ${attempt.number}`;
}
