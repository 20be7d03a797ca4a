// pages/scan.tsx - the scan box on every page, and the listener that hears scanners anywhere.

import { Button, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useCallback, useEffect, useRef, useState, type FormEvent } from 'react';
import { useMessages } from '../i18n/context';
import { useLive } from '../live';
import { ScanBurst } from '../scan/burst';
import { GS, hasControl, isContainer, normaliseScan, toRaw, toVisible } from '../scan/control';
import { queryClient } from '../session';
import { Code } from '../ui/code';
import { Icon } from '../ui/icons';

const editable = (target: EventTarget | null): boolean =>
  target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;

export function ScanBar() {
  const m = useMessages();
  const navigate = useNavigate();
  const box = useRef<HTMLInputElement>(null);
  const [text, setText] = useState('');
  const [empty, setEmpty] = useState(false);
  const { data } = useLive();
  const newest = data?.lines.find((l) => l.last_good !== undefined && l.last_good !== '')?.last_good;

  const look = useCallback(
    (read: string) => {
      const code = normaliseScan(read);
      setEmpty(code === '');
      if (code === '') return;
      setText(toVisible(code));
      // The same code scanned again is a new question: what is kept of it is asked for afresh.
      void queryClient.invalidateQueries({ predicate: (q) => q.queryKey.includes(code) });
      if (isContainer(code)) void navigate({ to: '/contents', search: { epc: code } });
      else void navigate({ to: '/verify', search: { code } });
    },
    [navigate],
  );

  useEffect(() => {
    const burst = new ScanBurst();
    const onKey = (e: KeyboardEvent) => {
      const running = burst.running(e.timeStamp);
      const seen = burst.press(e, e.timeStamp);
      const inBox = e.target === box.current;
      if (seen.kind === 'scan') {
        e.preventDefault();
        e.stopPropagation();
        look(seen.code);
        box.current?.focus();
        return;
      }
      if (inBox && e.ctrlKey && !e.altKey && (e.key === ']' || seen.kind === 'burst')) {
        // Ctrl+] is GS: it goes in where the caret stands, in its visible form.
        e.preventDefault();
        document.execCommand('insertText', false, toVisible(GS));
        return;
      }
      if (seen.kind === 'burst' && !inBox) {
        // Keys of a running scan must not press buttons or change lists.
        e.preventDefault();
        e.stopPropagation();
        return;
      }
      if (e.key === '/' && !running && !editable(e.target) && !e.ctrlKey && !e.altKey && !e.metaKey) {
        e.preventDefault();
        burst.reset();
        box.current?.focus();
        box.current?.select();
      }
    };
    window.addEventListener('keydown', onKey, { capture: true });
    return () => window.removeEventListener('keydown', onKey, { capture: true });
  }, [look]);

  const submit = (e: FormEvent) => {
    e.preventDefault();
    look(text);
    if (normaliseScan(text) === '') box.current?.focus();
    else box.current?.select();
  };

  return (
    <form className="pt-scan" role="search" onSubmit={submit}>
      <div className="pt-scan-row">
        <TextInput
          ref={box}
          className="pt-scan-box"
          size="lg"
          label={m.text('scan.label')}
          description={hasControl(text) ? <Code raw={toRaw(text)} /> : m.text('scan.hint')}
          inputWrapperOrder={['label', 'input', 'error', 'description']}
          leftSection={<Icon name="scan" />}
          leftSectionWidth={52}
          value={text}
          error={empty && m.text('scan.empty')}
          onChange={(e) => {
            setEmpty(false);
            setText(toVisible(e.currentTarget.value));
          }}
          autoComplete="off"
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
          enterKeyHint="search"
          dir="ltr"
        />
        <div className="pt-scan-buttons">
          <Button type="submit" size="lg">
            {m.text('scan.submit')}
          </Button>
          <Button variant="default" size="lg" disabled={newest === undefined} onClick={() => newest !== undefined && look(newest)}>
            {m.text('scan.try')}
          </Button>
        </div>
      </div>
    </form>
  );
}
