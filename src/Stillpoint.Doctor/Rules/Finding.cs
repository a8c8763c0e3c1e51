using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using Stillpoint.Model;

namespace Stillpoint.Doctor;

public enum Confidence
{
    /// <summary>It could be this; the facts do not decide.</summary>
    Possible,

    /// <summary>What was written says so, often enough not to be noise.</summary>
    Likely,

    /// <summary>A reported number, a measured state, or words that have no other meaning.</summary>
    Certain,
}

/// <summary>A piece of evidence, as it was seen.</summary>
/// <param name="Line">From 1; null where the source has no lines.</param>
public sealed record Quote(string Source, int? Line, DateTimeOffset? Time, string Text)
{
    public static Quote Of(LogEvent e) => new(e.Source, e.Line > 0 ? e.Line : null, e.Time, e.Text);

    public static Quote Of(Fact fact) => new(fact.Source, null, fact.Time == default ? null : fact.Time, $"{fact.Name} = {fact.Value}");
}

/// <summary>What a rule concluded. Values for the texts travel as arguments.</summary>
/// <param name="Lasting">A state rather than an event: it is not healed by a later success (an old version, a wrong setting).</param>
/// <param name="NoRepair">What the card offers would not help in this case.</param>
/// <param name="At">The link found broken, where it is not the cause's usual one.</param>
/// <param name="GuestOnly">It keeps the guest from its part and nobody else: a backup goes on without it, so whatever else was found is the cause.</param>
public sealed record Finding(
    Confidence Confidence, ImmutableArray<Quote> Evidence, ImmutableSortedDictionary<string, string> Arguments, bool Lasting = false, Link? At = null, bool NoRepair = false,
    bool GuestOnly = false)
{
    /// <summary>Enough to be convinced by; the rest is in the logs.</summary>
    public const int MostEvidence = 6;

    public static Finding Certain(params ReadOnlySpan<object?> evidence) => Of(Confidence.Certain, evidence);

    public static Finding Likely(params ReadOnlySpan<object?> evidence) => Of(Confidence.Likely, evidence);

    public static Finding Possible(params ReadOnlySpan<object?> evidence) => Of(Confidence.Possible, evidence);

    /// <summary>What a shell would act on.</summary>
    private static readonly SearchValues<char> ForShells = SearchValues.Create("`$;&|<>\"'(){}*!\n\r\0");

    /// <param name="value">
    /// Left out if empty, or if a shell would act on it: values come from logs that anybody may have written, and stand in commands that
    /// somebody pastes.
    /// </param>
    public Finding With(string name, string? value) =>
        string.IsNullOrEmpty(value) || value.AsSpan().ContainsAny(ForShells) ? this : this with { Arguments = Arguments.SetItem(name, value) };

    public Finding With(string name, double value) => With(name, value.ToString("0.##", CultureInfo.InvariantCulture));

    public Finding BreaksAt(Link link) => this with { At = link };

    public Finding WithoutRepair() => this with { NoRepair = true };

    public Finding OfTheGuestOnly() => this with { GuestOnly = true };

    public Finding AsLasting() => this with { Lasting = true };

    /// <param name="evidence"><see cref="Hits"/> (its first and last events), <see cref="LogEvent"/>, <see cref="Fact"/>, <see cref="Quote"/>; null and empty are skipped.</param>
    private static Finding Of(Confidence confidence, ReadOnlySpan<object?> evidence)
    {
        var quotes = ImmutableArray.CreateBuilder<Quote>();
        foreach (var item in evidence)
        {
            switch (item)
            {
                case Hits { Any: true } hits:
                    quotes.Add(Quote.Of(hits.First!));
                    if (hits.Count > 2) quotes.Add(Quote.Of(hits.Events[1]));
                    if (hits.Count > 1) quotes.Add(Quote.Of(hits.Last!));
                    break;
                case LogEvent e:
                    quotes.Add(Quote.Of(e));
                    break;
                case Fact fact:
                    quotes.Add(Quote.Of(fact));
                    break;
                case Quote quote:
                    quotes.Add(quote);
                    break;
            }
        }
        return new(confidence, [.. quotes.Distinct().Take(MostEvidence)], ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal));
    }
}
