// pages/login.tsx - the login. Paste and password managers work; errors say what is wrong.

import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useRef, useState, type FormEvent } from 'react';
import { openSession, ProblemError } from '../api/client';
import { useMessages } from '../i18n/context';
import { sessionEnded, setSession } from '../session';
import { Mark } from '../ui/icons';
import { Failure, Notice } from '../ui/notice';
import { LanguageSelect, ThemeSwitch } from '../ui/tools';
import { useTitle } from './title';

export function LoginPage() {
  const m = useMessages();
  useTitle(m.text('login.title'));
  const user = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  const [missing, setMissing] = useState<{ user: boolean; password: boolean }>({ user: false, password: false });
  const login = useMutation({
    mutationFn: (c: { user: string; password: string }) => openSession(c.user, c.password),
    networkMode: 'always',
    onSuccess: setSession,
    onError: () => password.current?.select(),
  });
  const submit = (e: FormEvent) => {
    e.preventDefault();
    // Read from the fields: password managers fill them without telling.
    const name = user.current?.value.trim() ?? '';
    const secret = password.current?.value ?? '';
    setMissing({ user: name === '', password: secret === '' });
    if (name === '') user.current?.focus();
    else if (secret === '') password.current?.focus();
    else login.mutate({ user: name, password: secret });
  };
  const status = login.error instanceof ProblemError ? login.error.problem.status : 0;
  return (
    <div className="pt-login">
      <header className="pt-login-tools">
        <LanguageSelect />
        <ThemeSwitch />
      </header>
      <main className="pt-login-main">
        <div className="pt-login-brand">
          <Mark size={64} />
          <p className="pt-login-name">{m.text('app.name')}</p>
          <p className="pt-dim">{m.text('login.lead')}</p>
        </div>
        <form className="pt-card pt-login-form" onSubmit={submit} noValidate>
          <h1>{m.text('login.title')}</h1>
          <div aria-live="assertive">
            {login.isError && status === 401 && <Notice tone="bad" title={m.text('login.wrong')} />}
            {login.isError && status === 429 && <Notice tone="warn" icon="clock" title={m.text('login.throttled')} />}
            {login.isError && status !== 401 && status !== 429 && (
              <Failure error={login.error} title={m.text('error.refused')} />
            )}
            {login.isIdle && sessionEnded() && <Notice tone="info" title={m.text('login.ended')} />}
          </div>
          <TextInput
            ref={user}
            name="username"
            size="lg"
            label={m.text('login.user')}
            autoComplete="username"
            autoCapitalize="none"
            autoCorrect="off"
            spellCheck={false}
            maxLength={64}
            required
            withAsterisk={false}
            autoFocus
            error={missing.user && m.text('login.need_user')}
          />
          <PasswordInput
            ref={password}
            name="password"
            size="lg"
            label={m.text('login.password')}
            autoComplete="current-password"
            maxLength={256}
            required
            withAsterisk={false}
            visibilityToggleButtonProps={{ 'aria-label': m.text('login.show_password'), size: 48, tabIndex: 0 }}
            rightSectionWidth={52}
            error={missing.password && m.text('login.need_password')}
          />
          <Button type="submit" size="lg" fullWidth loading={login.isPending}>
            {m.text('login.submit')}
          </Button>
        </form>
      </main>
    </div>
  );
}
