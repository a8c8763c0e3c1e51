import { Button, Field, Input, MessageBar, MessageBarBody } from '@fluentui/react-components'
import { useState, type FormEvent, type ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { ask } from '../../api/client'
import { ErrorBar, Section } from '../../parts/States'

export function Password(): ReactElement {
  const { t } = useTranslation()
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const [again, setAgain] = useState('')
  const [done, setDone] = useState(false)
  const [error, setError] = useState<Error>()
  const differs = again.length > 0 && again !== next
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setError(undefined)
    setDone(false)
    try {
      await ask('changePassword', {}, { current, new: next })
      setDone(true)
      setCurrent('')
      setNext('')
      setAgain('')
    } catch (e) {
      setError(e as Error)
    }
  }
  return (
    <Section title={t('settings.password')}>
      <form className="form" onSubmit={e => void submit(e)}>
        {error ? <ErrorBar error={error} /> : null}
        {done ? <MessageBar intent="success" layout="multiline"><MessageBarBody>{t('settings.password-changed')}</MessageBarBody></MessageBar> : null}
        <Field label={t('settings.password-now')} required><Input type="password" autoComplete="current-password" value={current} onChange={(_, d) => setCurrent(d.value)} /></Field>
        <Field label={t('settings.password-new')} hint={t('settings.password-hint')} required>
          <Input type="password" autoComplete="new-password" value={next} onChange={(_, d) => setNext(d.value)} />
        </Field>
        <Field label={t('settings.password-again')} required validationMessage={differs ? t('settings.passwords-differ') : undefined}>
          <Input type="password" autoComplete="new-password" value={again} onChange={(_, d) => setAgain(d.value)} />
        </Field>
        <div><Button type="submit" disabled={!current || !next || next !== again}>{t('settings.password-go')}</Button></div>
      </form>
    </Section>
  )
}
