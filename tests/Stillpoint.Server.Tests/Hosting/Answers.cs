using System.Net.Http.Json;
using System.Text.Json;
using Stillpoint.Contracts;
using Xunit;

namespace Stillpoint.Server.Tests.Hosting;

internal static class Answers
{
    /// <summary>The typed call fails with this.</summary>
    public static async Task<Problem> FailsAsync(string code, int status, Func<Task> call)
    {
        var problem = (await Assert.ThrowsAsync<ProblemException>(call)).Problem;
        Assert.Equal((code, status), (problem.Code, problem.Status));
        return problem;
    }

    /// <summary>The bare answer is this problem.</summary>
    public static async Task MustFailAsync(this Task<HttpResponseMessage> call, string code, int status)
    {
        using var answer = await call;
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == status, $"{answer.StatusCode}: {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(code, JsonDocument.Parse(text).RootElement.GetProperty("code").GetString());
    }

    public static async Task<JsonElement> MustAsync(this Task<HttpResponseMessage> call, int status = 200)
    {
        using var answer = await call;
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == status, $"{answer.StatusCode}: {text}");
        return text.Length > 0 ? JsonDocument.Parse(text).RootElement : default;
    }

    public static Task<HttpResponseMessage> SendAsync(this HttpClient http, string method, string path, object? body = null, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(new(method), path);
        if (body is not null) request.Content = JsonContent.Create(body);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return http.SendAsync(request);
    }

    /// <summary>Follows a job to its end.</summary>
    public static async Task<JobDetailsView> EndOfAsync(this StillpointClient client, string job)
    {
        await foreach (var notice in client.Jobs.FollowAsync(job, CancellationToken.None))
        {
        }
        return await client.Jobs.ShowAsync(job, CancellationToken.None);
    }
}
