import { Button, Field, Input, MessageBar, MessageBarBody } from '@fluentui/react-components'
import { useState, type FormEvent, type ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { ask, session } from '../api/client'
import { Problem } from '../api/problem'
import { LookAndLanguage } from '../app/Shell'
import { navigate, PageLink, usePlace } from '../app/router'
import { ErrorBar } from '../parts/States'

export function SignIn({ expired }: { expired: boolean }): ReactElement {
  const { t } = useTranslation()
  const { path } = usePlace()
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const [needsCode, setNeedsCode] = useState(false)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<Error>()
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setError(undefined)
    try {
      const opened = await ask('signIn', {}, { name, password, code: needsCode ? code : null })
      if (path === '/set-up') navigate('/', true)
      session.set({ kind: 'open', session: opened })
    } catch (e) {
      if (e instanceof Problem && e.code === 'second-factor-needed') setNeedsCode(true)
      else setError(e as Error)
      setCode('')
      setBusy(false)
    }
  }
  return (
    <div className="door">
      <main>
        <form className="card" onSubmit={e => void submit(e)} aria-labelledby="door">
          <h1 id="door">{t('sign-in.title')}</h1>
          {expired ? <MessageBar intent="warning" layout="multiline"><MessageBarBody>{t('sign-in.expired')}</MessageBarBody></MessageBar> : null}
          {error ? <ErrorBar error={error} /> : null}
          <Field label={t('sign-in.name')} required><Input autoComplete="username" value={name} onChange={(_, d) => setName(d.value)} disabled={needsCode} /></Field>
          <Field label={t('sign-in.password')} required>
            <Input type="password" autoComplete="current-password" value={password} onChange={(_, d) => setPassword(d.value)} disabled={needsCode} />
          </Field>
          {needsCode ? (
            <Field label={t('sign-in.code')} hint={t('sign-in.code-hint')} required>
              <Input autoFocus inputMode="numeric" autoComplete="one-time-code" maxLength={6} value={code} onChange={(_, d) => setCode(d.value)} />
            </Field>
          ) : null}
          <Button appearance="primary" type="submit" disabled={busy || !name || !password || (needsCode && code.length !== 6)}>{t('sign-in.go')}</Button>
          {needsCode ? <Button onClick={() => setNeedsCode(false)}>{t('sign-in.other')}</Button> : <PageLink href="/set-up">{t('sign-in.first')}</PageLink>}
          <div className="inline"><LookAndLanguage /></div>
        </form>
      </main>
    </div>
  )
}
