using System.Collections.Concurrent;
using System.Globalization;
using Stillpoint.Contracts;
using Stillpoint.Model;
using Stillpoint.Server.Access;
using Stillpoint.Texts;

namespace Stillpoint.Server.Http;

/// <summary>Words in the language the caller asks for; each language is read once.</summary>
internal sealed class Words
{
    private readonly ConcurrentDictionary<Language, LocalTexts> _texts = new();
    private readonly ConcurrentDictionary<Language, CauseTexts> _causes = new();

    public CauseTexts Causes(HttpContext context) => _causes.GetOrAdd(LanguageOf(context), CauseTexts.For);

    public LocalTexts Texts(HttpContext context) => _texts.GetOrAdd(LanguageOf(context), LocalTexts.For);

    public FailureView View(Failure failure, HttpContext context) => new(
        failure.Code.ToText(), failure.Stage.ToText(), Texts(context).Failure(failure), failure.Arguments, EvidenceOf(failure, context.Features.Get<Caller>()),
        failure.Retryable);

    public FailureView? Maybe(Failure? failure, HttpContext context) => failure is null ? null : View(failure, context);

    public IReadOnlyList<FailureView> Views(IEnumerable<Failure> failures, HttpContext context) => [.. failures.Select(f => View(f, context))];

    /// <summary>
    /// A bug's stack is for the service's administrators; what a vault says of its other users is for those who may see every VM.
    /// </summary>
    public static IReadOnlyList<EvidenceView> EvidenceOf(Failure failure, Caller? caller)
    {
        if (failure.Code is FailureCode.InternalError && caller is not { Role: Control.Access.Role.Admin, SeesAll: true }) return [];
        if (failure.Code is FailureCode.VaultBusy or FailureCode.VaultDamaged && caller is not { SeesAll: true }) return [];
        return [.. failure.Evidence.Select(e => new EvidenceView(e.Source, e.Text, e.Time))];
    }

    /// <summary>The first of <c>Accept-Language</c> by its weights that there are texts in; else English.</summary>
    public static Language LanguageOf(HttpContext context)
    {
        var best = Language.English;
        var weight = 0.0;
        foreach (var part in context.Request.Headers.AcceptLanguage.ToString().Split(',', 20, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var mark = part.IndexOf(";q=", StringComparison.OrdinalIgnoreCase);
            var named = mark < 0 ? part : part[..mark];
            var q = mark < 0 ? 1 : double.TryParse(part[(mark + 3)..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var given) ? given : 0;
            if (q > weight && Language.Find(named) is { } language) (best, weight) = (language, q);
        }
        return best;
    }
}
