// ui/code.tsx - a scanned code with its control characters drawn so that they cannot be overlooked.
//
// The text holds the control picture, so that copying works; the style sheet shows the name, because
// not every machine has a font with the pictures.

import { controlName, toVisible } from '../scan/control';

export function Code({ raw }: { raw: string }) {
  const parts = toVisible(raw).split(/([\u2400-\u241f\u2421])/);
  return (
    <code className="pt-code" dir="ltr">
      {parts.map((p, i) =>
        i % 2 === 1 ? (
          <mark key={i} data-name={controlName(p)}>
            {p}
          </mark>
        ) : (
          p
        ),
      )}
    </code>
  );
}
