using Microsoft.AspNetCore.Routing;
using Stillpoint.Control.Access;
using Stillpoint.Server.Tests.Hosting;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Server.Tests.Access;

/// <summary>access.tsv, asked of the running service row by row.</summary>
public sealed class AccessTableTests
{
    private static readonly string[] Callers = ["nobody", "reader", "operator", "admin", "some"];

    private sealed record Row(string Method, string Path, string[] Expected);

    private static IReadOnlyList<Row> Table { get; } =
        [.. File.ReadLines(Repository.PathOf("tests", "Stillpoint.Server.Tests", "access.tsv")).Where(l => l.Length > 0 && l[0] != '#').Skip(1)
            .Select(l => l.Split('\t')).Select(c => new Row(c[0], c[1], c[2..]))];

    [Fact]
    public async Task Endpoints_OfTheService_EachHaveARowAndEachRowAnEndpoint()
    {
        await using var host = await ServiceHost.StartBareAsync();
        var there = host.Part<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().SelectMany(
            e => e.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(m => $"{m} {e.RoutePattern.RawText}"));
        Assert.Equal(Table.Select(r => $"{r.Method} {r.Path}").Order(StringComparer.Ordinal), there.Order(StringComparer.Ordinal));
        Assert.All(Table, row => Assert.Equal(Callers.Length, row.Expected.Length));
    }

    [Fact]
    public async Task Endpoints_AskedByEachRole_AnswerAsTheTableSays()
    {
        await using var host = await ServiceHost.StartAsync();
        var wrong = new List<string>();
        for (var c = 0; c < Callers.Length; c++)
        {
            // Signing out ends a session only, so that one token lasts for all rows.
            using var http = host.Browser(Callers[c] switch
            {
                "nobody" => null,
                "some" => host.Token(Role.Admin, "web*"),
                var role => host.Token(Enum.Parse<Role>(role, ignoreCase: true)),
            });
            foreach (var row in Table)
            {
                using var request = new HttpRequestMessage(new(row.Method), Asked(row.Path));
                if (row.Method is "POST" or "PUT") request.Content = new StringContent("{}", System.Text.Encoding.UTF8, "application/json");
                using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
                var refused = (int)answer.StatusCode == (Callers[c] == "nobody" ? 401 : 403);
                if (refused != (row.Expected[c] == "no")) wrong.Add($"{row.Method} {row.Path} for {Callers[c]}: {(int)answer.StatusCode}, expected {row.Expected[c]}");
            }
        }
        Assert.Empty(wrong);
    }

    [Fact]
    public async Task Socket_OfTheService_NeedsNoSignInAndMayAll()
    {
        await using var host = await ServiceHost.StartBareAsync();
        var who = await host.Local().Access.WhoAsync(CancellationToken.None);
        Assert.Equal(("local", "socket", "admin", null), (who.Name, who.Via, who.Role, who.Vms));
    }

    [Theory]
    [InlineData("GET", "/api/v1/nothing", 404, "endpoint-unknown")]
    [InlineData("GET", "/api/v1/../../etc/passwd", 404, "endpoint-unknown")]
    [InlineData("GET", "/nowhere", 404, "endpoint-unknown")]
    [InlineData("GET", "/assets/../api/v1/nothing", 404, "endpoint-unknown")]
    [InlineData("PATCH", "/api/v1/users", 401, "not-signed-in")]
    public async Task Paths_ThatAreNone_AreProblemsToo(string method, string path, int status, string code)
    {
        await using var host = await ServiceHost.StartBareAsync();
        await host.Browser().SendAsync(method, path).MustFailAsync(code, status);
    }

    private static string Asked(string path) => path.Replace("{name}", "nobody-here", StringComparison.Ordinal)
        .Replace("{id}", "none", StringComparison.Ordinal).Replace("{vm}", "no-such-vm", StringComparison.Ordinal)
        .Replace("{point}", "01arz3ndektsv4rrffq69g5fav", StringComparison.Ordinal).Replace("{job}", "01arz3ndektsv4rrffq69g5fav", StringComparison.Ordinal)
        .Replace("{cause}", "no-such-cause", StringComparison.Ordinal).Replace("{policy}", "no-such-policy", StringComparison.Ordinal)
        .Replace("{rule}", "no-such-rule", StringComparison.Ordinal).Replace("{alert}", "01arz3ndektsv4rrffq69g5fav", StringComparison.Ordinal);
}
