import { Button, Field, Input } from '@fluentui/react-components'
import { useState, type FormEvent, type ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { ask, openSession } from '../../api/client'
import type { SecondFactorOffer, SessionView } from '../../generated/api'
import { ErrorBar, Section } from '../../parts/States'

export function SecondFactor({ session }: { session: SessionView }): ReactElement {
  const { t } = useTranslation()
  const [offer, setOffer] = useState<SecondFactorOffer>()
  const [code, setCode] = useState('')
  const [error, setError] = useState<Error>()
  const attempt = async (work: () => Promise<unknown>) => {
    setError(undefined)
    try {
      await work()
    } catch (e) {
      setError(e as Error)
    }
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void attempt(async () => {
      if (offer) await ask('chooseSecondFactor', {}, { secret: offer.secret, code })
      else await ask('dropSecondFactor', { code })
      setOffer(undefined)
      setCode('')
      await openSession()
    })
  }
  return (
    <Section title={t('settings.second-factor')}>
      <p>{session.secondFactor ? t('settings.factor-on') : t('settings.factor-off')}</p>
      {error ? <ErrorBar error={error} /> : null}
      {!session.secondFactor && !offer
        ? <div><Button onClick={() => void attempt(async () => setOffer(await ask('offerSecondFactor', {})))}>{t('settings.factor-begin')}</Button></div>
        : null}
      {offer ? <><p>{t('settings.factor-type')}</p><code>{offer.secret}</code><a className="link" href={offer.uri}>{t('settings.factor-link')}</a></> : null}
      {offer || session.secondFactor ? (
        <form className="form" onSubmit={submit}>
          <Field label={t('sign-in.code')} required>
            <Input inputMode="numeric" autoComplete="one-time-code" maxLength={6} value={code} onChange={(_, d) => setCode(d.value)} />
          </Field>
          <div><Button type="submit" disabled={code.length !== 6}>{offer ? t('settings.factor-use') : t('settings.factor-drop')}</Button></div>
        </form>
      ) : null}
    </Section>
  )
}
