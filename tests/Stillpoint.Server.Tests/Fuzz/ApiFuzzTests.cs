using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Stillpoint.Cli.Tests.Hosting;
using Stillpoint.Control.Access;
using Stillpoint.Control.Tests.Fakes;
using Stillpoint.Model;
using Stillpoint.Server.Tests.Hosting;
using Xunit;

namespace Stillpoint.Server.Tests.Fuzz;

/// <summary>
/// Whatever is sent: no 500, every refusal a problem with a code of ours, no stack, and nothing of a VM that the caller may not see.
/// <c>STILLPOINT_FUZZ_SEED</c> runs a seed again.
/// </summary>
public sealed class ApiFuzzTests(ITestOutputHelper output)
{
    private const string Hidden = "secret-db";

    // What ends the run's own callers, or never ends.
    private static readonly string[] LeftOut = ["GET /api/v1/events", "GET /api/v1/jobs/{job}/events"];

    [Fact]
    public Task Requests_SomeHundred_AreAllAnsweredProperly() => RunAsync(Seed(), 400);

    [Fact(Explicit = true)]
    public Task Requests_ManyThousand_AreAllAnsweredProperly() => RunAsync(Seed(), 6000);

    private int Seed()
    {
        var seed = Environment.GetEnvironmentVariable("STILLPOINT_FUZZ_SEED") is { } given ? int.Parse(given, CultureInfo.InvariantCulture) : Random.Shared.Next();
        output.WriteLine($"STILLPOINT_FUZZ_SEED={seed}");
        return seed;
    }

    private async Task RunAsync(int seed, int count)
    {
        await using var host = await ServiceHost.StartAsync();
        var seen = await KnownPoint.AddAsync(host.VaultFolder, KnownPoint.Disk(1));
        var hidden = await KnownPoint.AddAsync(host.VaultFolder, KnownPoint.Disk(2), new VmId(Guid.NewGuid()), Hidden);
        var client = host.Client(Role.Admin);
        var hiddenJob = (await client.Jobs.VerifyAsync(new(), CancellationToken.None)).Job;
        await client.EndOfAsync(hiddenJob);
        var job = (await client.Jobs.BackUpAsync(new(FakeHost.VmName), CancellationToken.None)).Job;
        await client.EndOfAsync(job);
        host.AddUser("ann", Role.Reader);

        var random = new Random(seed);
        var maker = new RequestMaker(random, new Dictionary<string, string[]>
        {
            ["vm"] = [FakeHost.VmName, FakeHost.Vm.ToString(), Hidden], ["point"] = [seen, hidden], ["job"] = [job, hiddenJob], ["cause"] = ["guest-agent-not-running"],
            ["name"] = ["ann", "ben"], ["policy"] = ["p", "q"], ["rule"] = ["r"],
        }, host.Folder["fuzz"]);
        var endpoints = host.Part<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(e => e.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(m => (Method: m, Route: "/" + e.RoutePattern.RawText!.TrimStart('/'))))
            .Where(e => !LeftOut.Contains($"{e.Method} {e.Route}")).OrderBy(e => e.Route + e.Method, StringComparer.Ordinal).ToArray();
        HttpClient[] callers =
        [
            host.Browser(), host.Browser(host.Token(Role.Reader)), host.Browser(host.Token(Role.Operator)), host.Browser(host.Token(Role.Admin)),
            host.Browser(host.Token(Role.Operator, "gu*")), host.Browser(host.Token(Role.Admin, FakeHost.VmName)),
        ];
        const int firstRestricted = 4;
        var statuses = new SortedDictionary<int, int>();
        for (var i = 0; i < count; i++)
        {
            var caller = random.Next(callers.Length);
            var (method, route) = endpoints[random.Next(endpoints.Length)];
            using var request = maker.Make(method, route);
            var sent = $"{seed}/{i} caller {caller}: {request}\n{(request.Content is null ? "" : await request.Content.ReadAsStringAsync())}";
            using var answer = await callers[caller].SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();
            var status = (int)answer.StatusCode;
            statuses[status] = statuses.GetValueOrDefault(status) + 1;
            Assert.True(status != 500, sent + "\n" + text);
            Assert.False(Regex.IsMatch(text, @"\n\s*at [A-Z]\w+\.|\.cs:line|\bSystem\.[A-Z]\w+Exception|SqliteException"), sent + "\n" + text);
            // What is no HTTP the server refuses before us, without a word.
            if (status >= 400 && !answer.Headers.Contains("X-Content-Type-Options"))
            {
                Assert.True(text.Length == 0, sent + "\n" + text);
                continue;
            }
            // Health tells its state in plain words; every other refusal is a problem with a code that clients know.
            if (status >= 400 && !route.StartsWith("/health", StringComparison.Ordinal))
                Assert.True(IsProblem(text, status), sent + "\n" + text);
            if (caller >= firstRestricted)
                foreach (var secret in new[] { Hidden, hidden, hiddenJob })
                    Assert.False(text.Contains(secret, StringComparison.Ordinal) && !sent.Contains(secret, StringComparison.Ordinal), $"{secret} in the answer to {sent}\n{text}");
        }
        output.WriteLine(string.Join(", ", statuses.Select(s => $"{s.Key}: {s.Value}")));
        Assert.True(statuses.Where(s => s.Key < 300).Sum(s => s.Value) > count / 10, "hardly any request was a valid one");
        foreach (var http in callers) http.Dispose();
        await host.Local().Access.WhoAsync(CancellationToken.None);
    }

    private static bool IsProblem(string text, int status)
    {
        using var problem = JsonDocument.Parse(text);
        var code = problem.RootElement.GetProperty("code").GetString()!;
        return problem.RootElement.GetProperty("status").GetInt32() == status && Enum.GetValues<FailureCode>().Any(c => c.ToText() == code);
    }
}
