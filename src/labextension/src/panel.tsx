// The panel on the left: a card for each assignment.

import { ReactWidget } from '@jupyterlab/apputils';
import { LabIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { Assignment, Disk } from './api';
import { CourseModel } from './model';
import { bytes, fromNow, moment, round, state } from './words';

export interface Actions {
  begin(name: string): void;
  open(name: string): void;
  handIn(name: string): void;
  feedback(name: string, attempt: number): void;
  startAfresh(name: string): void;
}

const DISK_WARNING = 0.8; // of the limit

export class CoursePanel extends ReactWidget {
  constructor(
    private model: CourseModel,
    private actions: Actions,
    icon: LabIcon
  ) {
    super();
    this.id = 'kireji-course';
    this.addClass('kj-Panel');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', 'Course');
    this.title.icon = icon;
    this.title.caption = 'Course';
    model.changed.connect(() => {
      this.title.className = model.news.length ? 'kj-hasNews' : '';
      this.title.caption = model.news.length ? 'Course: new feedback' : 'Course';
      this.update();
    });
  }

  render(): JSX.Element {
    const { assignments, problem, loaded, disk } = this.model;
    return (
      <>
        <h2 className="kj-heading">Assignments</h2>
        {problem && (
          <p className="kj-problem" role="alert">
            {problem}
          </p>
        )}
        {disk && disk.used > DISK_WARNING * disk.limit && <DiskWarning disk={disk} />}
        {!loaded && !problem && <p className="kj-quiet">Looking for assignments …</p>}
        {loaded && assignments.length === 0 && (
          <p className="kj-quiet">
            No assignment is released yet. One appears here by itself when your instructor releases
            it.
          </p>
        )}
        <ul className="kj-cards">
          {assignments.map(assignment => (
            <li key={assignment.name}>
              <Card
                assignment={assignment}
                busy={this.model.busy === assignment.name}
                actions={this.actions}
              />
            </li>
          ))}
        </ul>
      </>
    );
  }
}

function Card(props: { assignment: Assignment; busy: boolean; actions: Actions }): JSX.Element {
  const { assignment, busy, actions } = props;
  const { name, title } = assignment;
  const { sign, words, kind } = state(assignment);
  const withFeedback = assignment.attempts.find(attempt => attempt.has_feedback);
  const primary = !assignment.begun
    ? 'begin'
    : assignment.new_feedback
      ? 'feedback'
      : assignment.state === 'in_progress'
        ? 'open'
        : '';
  const button = (verb: string, label: string, act: () => void, more = '') => (
    <button
      type="button"
      className={`kj-button ${primary === verb ? 'kj-primary' : ''} ${more}`}
      aria-label={`${label}: ${title}`}
      disabled={busy}
      onClick={act}
    >
      {label}
    </button>
  );
  return (
    <section className="kj-card" aria-labelledby={`kj-${name}`} aria-busy={busy}>
      <h3 id={`kj-${name}`}>{title}</h3>
      <p className="kj-facts kj-quiet">
        <span>{round(assignment.points)} points</span>
        <span className="kj-name">{name}</span>
      </p>
      <Due assignment={assignment} />
      <p className={`kj-state kj-${kind}`} role="status">
        <span className="kj-sign" aria-hidden="true">
          {sign}
        </span>
        <span>{busy ? 'One moment …' : words}</span>
      </p>
      {assignment.new_feedback > 0 && (
        <p className="kj-news">
          <span className="kj-dot" aria-hidden="true" />
          New feedback
        </p>
      )}
      {!assignment.begun && assignment.folder && (
        <p className="kj-quiet">
          The folder {name} has no {name}.ipynb. Begin puts a new one there.
        </p>
      )}
      <div className="kj-buttons">
        {!assignment.begun && button('begin', 'Begin', () => actions.begin(name))}
        {assignment.begun && button('open', 'Open', () => actions.open(name))}
        {assignment.begun && button('hand-in', 'Hand in', () => actions.handIn(name))}
        {withFeedback &&
          button('feedback', 'Feedback', () =>
            actions.feedback(name, assignment.new_feedback || withFeedback.number)
          )}
      </div>
      {(assignment.attempts.length > 0 || assignment.begun) && (
        <details className="kj-more">
          <summary aria-label={`More about ${title}`}>
            {assignment.attempts.length > 0
              ? `Attempts (${assignment.attempts.length}) and more`
              : 'More'}
          </summary>
          <ol className="kj-attempts" reversed>
            {assignment.attempts.map(attempt => (
              <li key={attempt.timestamp} value={attempt.number}>
                {moment(attempt.handed_in)}: {attempt.says}.{' '}
                {attempt.has_feedback && (
                  <button
                    type="button"
                    className="kj-link"
                    aria-label={`Feedback on attempt ${attempt.number}: ${title}`}
                    onClick={() => actions.feedback(name, attempt.number)}
                  >
                    Feedback
                  </button>
                )}
              </li>
            ))}
          </ol>
          {assignment.limit && (
            <p className="kj-quiet">Graded at once: {assignment.limit}.</p>
          )}
          {assignment.begun && button('afresh', 'Start afresh', () => actions.startAfresh(name))}
        </details>
      )}
    </section>
  );
}

function Due({ assignment }: { assignment: Assignment }): JSX.Element | null {
  const { due, closes, extended } = assignment;
  if (!due) {
    return null;
  }
  const late = new Date(due) < new Date();
  const closed = Boolean(closes) && new Date(closes) < new Date();
  return (
    <p className={late ? 'kj-late' : ''}>
      {closed ? 'Closed ' : late ? 'Was due ' : 'Due '}
      {moment(closed ? closes : due)}, {fromNow(closed ? closes : due)}
      {extended && ' (extended for you)'}
    </p>
  );
}

function DiskWarning({ disk }: { disk: Disk }): JSX.Element {
  return (
    <section className="kj-problem" aria-label="Disk space">
      <p>
        <strong>Your disk space is nearly used up:</strong> {bytes(disk.used)} of{' '}
        {bytes(disk.limit)}. Delete what you no longer need, or your server is stopped.
      </p>
      <ul>
        {disk.largest.map(one => (
          <li key={one.name}>
            {one.name}: {bytes(one.size)}
          </li>
        ))}
      </ul>
    </section>
  );
}
