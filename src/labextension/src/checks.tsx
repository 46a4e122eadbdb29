// Check all: the list of tasks with what their checks found, and jumps to them.

import { ReactWidget } from '@jupyterlab/apputils';
import { LabIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { ask, Checked, CheckedTask } from './api';

const LOOK_MILLISECONDS = 700;
const WORDS = {
  waiting: { sign: '…', words: 'Not checked yet' },
  open: { sign: '', words: 'Open' },
  wrong: { sign: '✗', words: 'Look again' },
  done: { sign: '✓', words: 'Done' }
};

export class ChecksPanel extends ReactWidget {
  constructor(
    private jump: (name: string, cell: string) => void,
    icon: LabIcon
  ) {
    super();
    this.id = 'kireji-checks';
    this.addClass('kj-Panel');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', 'Check all');
    this.title.icon = icon;
    this.title.caption = 'Check all';
  }

  /** Run the checks of the saved notebook and show what they find, as they find it. */
  async check(name: string, title: string): Promise<void> {
    this._name = name;
    this._title = title;
    this._problem = '';
    const run = ++this._run;
    try {
      this._show(await ask<Checked>('POST', 'assignments', name, 'check'));
      while (run === this._run && this._checked?.state === 'running') {
        await new Promise(resolve => setTimeout(resolve, LOOK_MILLISECONDS));
        const said = await ask<Checked>('GET', 'assignments', name, 'check');
        if (run === this._run) {
          this._show(said);
        }
      }
    } catch (error) {
      this._problem = (error as Error).message;
      this._checked = null;
      this.update();
    }
  }

  render(): JSX.Element {
    const checked = this._checked;
    return (
      <>
        <h2 className="kj-heading">Check all</h2>
        {!this._name && (
          <p className="kj-quiet">
            Open the notebook of an assignment and click <b>Check all</b> above it.
          </p>
        )}
        {this._name && <h3>{this._title}</h3>}
        {this._problem && (
          <p className="kj-problem" role="alert">
            {this._problem}
          </p>
        )}
        {checked && this._summary(checked)}
        {checked && (
          <ol className="kj-tasks">
            {checked.tasks.map(task => (
              <li key={task.check}>{this._task(task)}</li>
            ))}
          </ol>
        )}
        {checked?.state === 'done' && (
          <p className="kj-quiet">
            These checks use small examples of their own. The tests that give points look closer.
          </p>
        )}
      </>
    );
  }

  private _summary(checked: Checked): JSX.Element {
    const done = checked.tasks.filter(task => task.state === 'done').length;
    const running = checked.state === 'running';
    return (
      <>
        <p className="kj-summary" role="status">
          {running
            ? `Running your notebook in a kernel of its own: ${checked.done} of ${checked.cells} cells`
            : `${done} of ${checked.tasks.length} tasks done`}
        </p>
        {running && (
          <>
            <progress
              aria-label="Cells that have run"
              max={Math.max(1, checked.cells)}
              value={checked.done}
            />
            <p className="kj-quiet">Nothing is trained: the training cells load their file.</p>
            <button type="button" className="kj-button" onClick={() => void this._stop()}>
              Stop
            </button>
          </>
        )}
        {checked.problem && (
          <p className="kj-problem" role="alert">
            {checked.problem}
          </p>
        )}
      </>
    );
  }

  private _task(task: CheckedTask): JSX.Element {
    const { sign, words } = WORDS[task.state];
    return (
      <>
        <button
          type="button"
          className="kj-task"
          title="Go to this task"
          onClick={() => this.jump(this._name, task.cell)}
        >
          <span className={`kj-sign kj-is-${task.state}`} aria-hidden="true">
            {sign}
          </span>
          <span>
            <span className="kj-taskTitle">{task.title}</span>
            <span className="kj-quiet"> {words}</span>
          </span>
        </button>
        {task.state === 'wrong' && <p className="kj-message">{task.message}</p>}
      </>
    );
  }

  private async _stop(): Promise<void> {
    await ask('DELETE', 'assignments', this._name, 'check');
  }

  private _show(checked: Checked): void {
    this._checked = checked;
    this.update();
  }

  private _name = '';
  private _title = '';
  private _problem = '';
  private _checked: Checked | null = null;
  private _run = 0;
}
