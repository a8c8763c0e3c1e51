import { Button, Field, Input } from '@fluentui/react-components'
import { useState, type FormEvent, type ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { ask, session } from '../api/client'
import { LookAndLanguage } from '../app/Shell'
import { navigate, PageLink } from '../app/router'
import { ErrorBar } from '../parts/States'

/** The first administrator, by the token that the service printed at its start; signed in at once. */
export function SetUp(): ReactElement {
  const { t } = useTranslation()
  const [token, setToken] = useState('')
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [again, setAgain] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<Error>()
  const differs = again.length > 0 && again !== password
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setError(undefined)
    try {
      await ask('setUp', {}, { token: token.trim(), name, password })
      const opened = await ask('signIn', {}, { name, password, code: null })
      navigate('/', true)
      session.set({ kind: 'open', session: opened })
    } catch (e) {
      setError(e as Error)
      setBusy(false)
    }
  }
  return (
    <div className="door">
      <main>
        <form className="card" onSubmit={e => void submit(e)} aria-labelledby="door">
          <h1 id="door">{t('set-up.title')}</h1>
          <p>{t('set-up.about')}</p>
          <code>journalctl -u stillpointd</code>
          {error ? <ErrorBar error={error} /> : null}
          <Field label={t('set-up.token')} required><Input value={token} autoComplete="off" onChange={(_, d) => setToken(d.value)} /></Field>
          <Field label={t('sign-in.name')} hint={t('settings.name-hint')} required><Input value={name} autoComplete="username" onChange={(_, d) => setName(d.value)} /></Field>
          <Field label={t('sign-in.password')} hint={t('settings.password-hint')} required>
            <Input type="password" autoComplete="new-password" value={password} onChange={(_, d) => setPassword(d.value)} />
          </Field>
          <Field label={t('settings.password-again')} required validationMessage={differs ? t('settings.passwords-differ') : undefined}>
            <Input type="password" autoComplete="new-password" value={again} onChange={(_, d) => setAgain(d.value)} />
          </Field>
          <Button appearance="primary" type="submit" disabled={busy || !token || !name || !password || password !== again}>{t('set-up.go')}</Button>
          <PageLink href="/">{t('set-up.done')}</PageLink>
          <div className="inline"><LookAndLanguage /></div>
        </form>
      </main>
    </div>
  )
}
