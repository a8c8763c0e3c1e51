using System.Text.Json.Nodes;
using Stillpoint.Control.Access;
using Stillpoint.Server.Tests.Hosting;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Server.Tests.Service;

/// <summary>docs/api/openapi.json is what the service tells of itself. After a wanted change: <c>STILLPOINT_WRITE_OPENAPI=1</c> with this test writes it anew.</summary>
public sealed class ApiDescriptionTests
{
    [Fact]
    public async Task Description_CheckedIn_IsTheServices()
    {
        await using var host = await ServiceHost.StartBareAsync();
        var told = JsonNode.Parse(await host.Browser(host.Token(Role.Reader)).GetStringAsync("/api/v1/openapi.json"))!;
        var path = Repository.PathOf("docs", "api", "openapi.json");
        if (Environment.GetEnvironmentVariable("STILLPOINT_WRITE_OPENAPI") is "1") await File.WriteAllTextAsync(path, told.ToJsonString(new() { WriteIndented = true }) + "\n");
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(await File.ReadAllTextAsync(path)), told), "docs/api/openapi.json differs: look at the change, then write it anew as above");
    }

    [Fact]
    public async Task Description_OfEveryOperation_HasNameSummaryAndAnswers()
    {
        await using var host = await ServiceHost.StartBareAsync();
        var told = JsonNode.Parse(await host.Browser(host.Token(Role.Reader)).GetStringAsync("/api/v1/openapi.json"))!;
        var operations = told["paths"]!.AsObject().SelectMany(p => p.Value!.AsObject().Select(o => (Path: p.Key, Operation: o.Value!.AsObject()))).ToArray();
        Assert.True(operations.Length > 40);
        Assert.All(operations, o =>
        {
            Assert.True(o.Operation["operationId"] is not null && o.Operation["summary"] is not null, o.Path);
            Assert.Contains("default", o.Operation["responses"]!.AsObject().Select(r => r.Key));
        });
        Assert.Equal(operations.Length, operations.Select(o => (string)o.Operation["operationId"]!).Distinct().Count());
    }
}
