using Stillpoint.Model;

namespace Stillpoint.Fabric.Commands;

/// <summary>Where an expected failure ends: as an answer. Bugs are Kestrel's to log; their answer is an empty 500.</summary>
internal static class CommandFailures
{
    public static async Task Answer(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (FailureException e) when (!context.Response.HasStarted)
        {
            var failure = e.Failure;
            context.Response.StatusCode = failure.Code switch
            {
                FailureCode.VmNotFound => 404,
                FailureCode.RequestTooLarge => 413,
                FailureCode.DataFolderUnusable => 503,
                _ => 400,
            };
            var answer = new FailureAnswer(failure.Code.ToText(), failure.Stage.ToText(), failure.Arguments, failure.Evidence);
            await context.Response.WriteAsJsonAsync(answer, FabricJson.Default.FailureAnswer, "application/problem+json", context.RequestAborted);
        }
    }
}
