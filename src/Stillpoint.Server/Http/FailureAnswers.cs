using System.Text.Json;
using Stillpoint.Contracts;
using Stillpoint.Model;
using Stillpoint.Server.Access;

namespace Stillpoint.Server.Http;

/// <summary>The boundary of a request: whatever goes wrong becomes a <see cref="Problem"/>. What nobody expected is logged with its stack and told without.</summary>
internal sealed class FailureAnswers(RequestDelegate next, Words words, ILogger<FailureAnswers> log)
{
    private const string ProblemJson = "application/problem+json";

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            // The framework's own refusals come without a word: method not allowed, content type not taken.
            if (context.Response is { StatusCode: >= 400, HasStarted: false, ContentType: null })
                await WriteAsync(context, Failure.Of(FailureCode.RequestInvalid, Stage.Input, ("expected", Expected(context))), context.Response.StatusCode);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be told.
        }
        catch (FailureException e) when (!context.Response.HasStarted)
        {
            await WriteAsync(context, e.Failure, FailureStatus.Of(e.Failure.Code));
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            await WriteAsync(context, Malformed(e), e.StatusCode);
        }
        catch (Exception e)
        {
            log.LogError(e, "bug at {Method} {Path}", context.Request.Method, context.Request.Path.Value);
            // Half an answer must not look like a whole one.
            if (context.Response.HasStarted) context.Abort();
            else await WriteAsync(context, Failure.Of(FailureCode.InternalError, Stage.Input), 500);
        }
    }

    private async Task WriteAsync(HttpContext context, Failure failure, int status)
    {
        var headers = context.Response.Headers;
        if (status == 429 && failure.Arguments.TryGetValue("time", out var seconds)) headers.RetryAfter = seconds;
        if (status == 401) headers.WWWAuthenticate = "Bearer";
        context.Response.StatusCode = status;
        var problem = new Problem(
            "urn:stillpoint:" + failure.Code.ToText(), words.Texts(context).Failure(failure), status, failure.Code.ToText(), failure.Stage.ToText(), failure.Arguments,
            Words.EvidenceOf(failure, context.Features.Get<Caller>()), failure.Retryable, failure.Arguments.GetValueOrDefault("job"));
        headers.ContentLanguage = Words.LanguageOf(context).Tag;
        await context.Response.WriteAsJsonAsync(problem, ContractsJson.Default.Problem, ProblemJson, context.RequestAborted);
    }

    /// <summary>What the framework could not read. Its own words name our types: only the place in the body is told.</summary>
    private static Failure Malformed(BadHttpRequestException e) => e switch
    {
        { StatusCode: 413 } => Failure.Of(FailureCode.RequestTooLarge, Stage.Input, ("bytes", $"{RequestSize.Most}")),
        { InnerException: JsonException json } => Failure.Of(
            FailureCode.RequestInvalid, Stage.Input, ("field", json.Path ?? "$"), ("expected", "what the description of the interface says")),
        _ => Failure.Of(FailureCode.RequestInvalid, Stage.Input, ("expected", "what the description of the interface says")),
    };

    private static string Expected(HttpContext context) => context.Response.StatusCode switch
    {
        405 => "another method: " + context.Response.Headers.Allow,
        415 => "Content-Type: application/json",
        _ => "what the description of the interface says",
    };
}

/// <summary>Bodies are small but for bundles, which have a bound of their own.</summary>
internal static class RequestSize
{
    public const long Most = 1 << 20;
}
