// Handing in: save what is open, show what goes in, then the receipt.

import { Dialog, ReactWidget } from '@jupyterlab/apputils';
import { DocumentRegistry } from '@jupyterlab/docregistry';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { JupyterFrontEnd } from '@jupyterlab/application';
import React from 'react';

import { Preflight } from './api';
import { bytes } from './words';

/** Save every open document in the assignment's folder; an Error if one cannot be saved. */
export async function saveOpenDocuments(
  app: JupyterFrontEnd,
  documents: IDocumentManager,
  name: string
): Promise<void> {
  const contexts = new Set<DocumentRegistry.Context>();
  for (const widget of app.shell.widgets('main')) {
    const context = documents.contextForWidget(widget);
    if (context?.path.startsWith(`${name}/`) && context.model.dirty) {
      contexts.add(context);
    }
  }
  for (const context of contexts) {
    await context.save();
    if (context.model.dirty) {
      throw new Error(
        `${context.path} could not be saved, so nothing was handed in. Save it, then try again.`
      );
    }
  }
}

/** Show what would be handed in; whether the student wants it. */
export async function confirmHandIn(preflight: Preflight): Promise<boolean> {
  const buttons = preflight.blocked
    ? [Dialog.cancelButton({ label: 'Close' })]
    : [
        Dialog.cancelButton({ label: 'Not yet' }),
        Dialog.okButton({ label: preflight.warnings.length ? 'Hand in anyway' : 'Hand in' })
      ];
  const result = await new Dialog({
    title: `Hand in: ${preflight.title}`,
    body: ReactWidget.create(<Contents preflight={preflight} />),
    buttons
  }).launch();
  return result.button.accept;
}

function Contents({ preflight }: { preflight: Preflight }): JSX.Element {
  const { files, left_out, warnings, blocked } = preflight;
  return (
    <div className="kj-preflight">
      {blocked && (
        <p className="kj-problem" role="alert">
          <strong>This cannot be handed in:</strong> {blocked}
        </p>
      )}
      {warnings.length > 0 && (
        <section className="kj-warnings" aria-labelledby="kj-look">
          <h3 id="kj-look">Look at this first</h3>
          <ul>
            {warnings.map(warning => (
              <li key={warning}>{warning}</li>
            ))}
          </ul>
        </section>
      )}
      {files.length > 0 && (
        <section aria-labelledby="kj-goes-in">
          <h3 id="kj-goes-in">What goes in</h3>
          <ul>
            {files.map(file => (
              <li key={file.name}>
                {file.name} <span className="kj-quiet">{bytes(file.size)}</span>
                {file.score !== undefined && (
                  <span className="kj-quiet">, its training noted a score of {file.score}</span>
                )}
              </li>
            ))}
          </ul>
        </section>
      )}
      {left_out.length > 0 && (
        <details>
          <summary>
            {left_out.length === 1 ? '1 file is' : `${left_out.length} files are`} not graded
          </summary>
          <ul>
            {left_out.map(name => (
              <li key={name}>{name}</li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
