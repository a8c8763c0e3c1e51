using Stillpoint.Fabric.Keys;
using Stillpoint.Fabric.Packages;
using Stillpoint.Fabric.Reports;

namespace Stillpoint.Fabric.Wire;

/// <summary>
/// Port 80. What it does not know it answers with 404, which agents take for "not here" and do not repeat; a newer agent's other questions end there.
/// </summary>
internal sealed class WireServer(PackageStore packages, int port)
{
    private const string CertificateHeader = "x-ms-guest-agent-public-x509-cert";

    public Task AnswerAsync(GuestRequest request) => request.Method switch
    {
        "GET" => GetAsync(request),
        "POST" => PostAsync(request),
        "PUT" when request.Path == ExtensionDocuments.StatusPath => StatusAsync(request),
        _ => request.Context.Empty(404),
    };

    private Task GetAsync(GuestRequest request)
    {
        var (context, goal) = (request.Context, request.Goal);
        return (request.Path, request.Component, request.Type) switch
        {
            ("/", "versions", _) => context.XmlAsync(WireDocuments.Versions()),
            ("/machine" or "/machine/", "goalstate", _) => GoalStateAsync(request),
            (_, "config", "hostingEnvironmentConfig") => context.XmlAsync(WireDocuments.HostingEnvironment(goal)),
            (_, "config", "sharedConfig") => context.XmlAsync(WireDocuments.Shared()),
            (_, "config", "extensionsConfig") => context.XmlAsync(ExtensionDocuments.Config(goal, request.RootAt(port))),
            (_, "certificates", _) => CertificatesAsync(request),
            ("/metadata/instance/compute", _, _) => context.JsonAsync(Metadata.Compute(goal)),
            ("/metadata/instance", _, _) => context.JsonAsync(Metadata.Instance(goal, request.Address.ToString())),
            _ => ArtifactAsync(request, request.Path),
        };
    }

    /// <summary>A handler's manifest or package: of the extension that this VM is told to have, no other.</summary>
    public Task ArtifactAsync(GuestRequest request, string path)
    {
        var extension = request.Goal.Extension;
        if (path == ExtensionDocuments.ManifestPath(extension.Name))
            return request.Context.XmlAsync(ExtensionDocuments.Manifest(request.Goal, request.RootAt(port)));
        return path == ExtensionDocuments.PackagePath(extension.Name, extension.Version) && packages.Find(extension.Name, extension.Version) is { } file
            ? SendAsync(request.Context, file)
            : request.Context.Empty(404);
    }

    private Task GoalStateAsync(GuestRequest request)
    {
        request.Contact.Polled();
        return request.Context.XmlAsync(WireDocuments.GoalState(request.Goal, request.RootAt(port)));
    }

    private static Task CertificatesAsync(GuestRequest request) =>
        AgentEnvelope.TrySeal(request.Goal.Key, request.Context.Request.Headers[CertificateHeader], out var envelope)
            ? request.Context.XmlAsync(WireDocuments.Certificates(request.Goal, envelope))
            : request.Context.Empty(400);

    private static async Task PostAsync(GuestRequest request)
    {
        var status = (request.Path, request.Component) switch
        {
            ("/machine" or "/machine/", "health") => Taken(request.Contact.Provisioned(HealthReader.Read(await request.Context.BodyAsync()))),
            ("/machine" or "/machine/", "telemetrydata") => Taken(request.Contact.Told(TelemetryReader.Read(await request.Context.BodyAsync()))),
            ("/machine" or "/machine/", "roleProperties") => 202,
            ("/HealthService", _) => Taken(request.Contact.Observed(ObservationReader.Read(await request.Context.BodyAsync()))),
            _ => 404,
        };
        await request.Context.Empty(status);
    }

    /// <summary>The agent's second way when the host plugin does not answer; it wants 201 and nothing else.</summary>
    private static async Task StatusAsync(GuestRequest request)
    {
        var taken = request.Contact.Reported(StatusReader.Read(await request.Context.BodyAsync()));
        await request.Context.Empty(taken ? 201 : 400);
    }

    private static async Task SendAsync(HttpContext context, string file)
    {
        context.Response.ContentType = "application/zip";
        context.Response.ContentLength = new FileInfo(file).Length;
        await context.Response.SendFileAsync(file, context.RequestAborted);
    }

    /// <summary>What could not be read is not asked for again: it would be the same.</summary>
    private static int Taken(bool read) => read ? 200 : 400;
}
