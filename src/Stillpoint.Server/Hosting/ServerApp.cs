using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Stillpoint.Contracts;
using Stillpoint.Control;
using Stillpoint.Server.Access;
using Stillpoint.Server.Alerts;
using Stillpoint.Server.Doctor;
using Stillpoint.Server.Health;
using Stillpoint.Server.Hosts;
using Stillpoint.Server.Http;
using Stillpoint.Server.Jobs;
using Stillpoint.Server.Points;
using Stillpoint.Server.Portal;
using Stillpoint.Server.Protection;
using Stillpoint.Server.Support;
using Stillpoint.Server.Vaults;
using Stillpoint.Server.Vms;

namespace Stillpoint.Server.Hosting;

/// <summary>The service put together: what it is made of, what a request passes, what it may ask for.</summary>
internal static class ServerApp
{
    public static WebApplication Build(ServerParts parts, StillpointControl control, ServiceFolder folder, X509Certificate2 certificate)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "stillpointd", ContentRootPath = AppContext.BaseDirectory });
        // One configuration file with names of its own: what else lies in folders and environment is not asked.
        builder.Configuration.Sources.Clear();
        Log(builder.Logging, parts);
        builder.WebHost.ConfigureKestrel(kestrel => Listen(kestrel, parts, folder, certificate));
        AddParts(builder.Services, parts, control, folder);
        builder.Services.ConfigureHttpJsonOptions(json => Strict(json.SerializerOptions));
        builder.Services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(10));
        builder.Services.AddOpenApi(ApiDescription.Name, ApiDescription.Describe);
        var app = builder.Build();
        app.Use(Headers);
        app.UseMiddleware<AuditTrail>();
        app.UseMiddleware<FailureAnswers>();
        app.UseMiddleware<PortalFiles>();
        app.UseRouting();
        app.UseMiddleware<Gate>();
        Map(app);
        return app;
    }

    private static void Map(WebApplication app)
    {
        HealthEndpoints.Map(app);
        app.MapOpenApi("/api/v1/openapi.json").WithName("openapi").Needs(Control.Access.Role.Reader);
        var api = app.MapGroup("/api/v1");
        SessionEndpoints.Map(api);
        UserEndpoints.Map(api);
        TokenEndpoints.Map(api);
        AuditEndpoints.Map(api);
        OverviewEndpoints.Map(api);
        HostEndpoints.Map(api);
        VmEndpoints.Map(api);
        PointEndpoints.Map(api);
        ForgetEndpoints.Map(api);
        JobEndpoints.Map(api);
        StartEndpoints.Map(api);
        VaultEndpoints.Map(api);
        DoctorEndpoints.Map(api);
        LiveDoctorEndpoints.Map(api);
        PolicyEndpoints.Map(api);
        RuleEndpoints.Map(api);
        ProtectionEndpoints.Map(api);
        PlanEndpoints.Map(api);
        DueEndpoints.Map(api);
        AlertEndpoints.Map(api);
        SupportEndpoints.Map(api);
    }

    private static void AddParts(IServiceCollection services, ServerParts parts, StillpointControl control, ServiceFolder folder)
    {
        services.AddSingleton(parts).AddSingleton(parts.Options).AddSingleton(parts.Clock).AddSingleton(folder);
        // Not disposed with the app: jobs and vault end before it does.
        services.AddSingleton(_ => control).AddSingleton(control.Access).AddSingleton(control.Jobs);
        services.AddSingleton<Words>().AddSingleton<Passwords>().AddSingleton<SignInLimit>().AddSingleton<SetUp>().AddSingleton<RequestCount>();
        services.AddSingleton<HostConnection>().AddSingleton<ServiceVault>().AddSingleton<KnownPoints>();
        services.AddSingleton<JobFeed>().AddSingleton<JobReports>().AddSingleton<RunningJobs>().AddSingleton<JobStarter>().AddSingleton<JobWork>().AddSingleton<Recovery>().AddSingleton<ScheduleLoop>().AddSingleton<DueRuns>();
    }

    private static void Listen(KestrelServerOptions kestrel, ServerParts parts, ServiceFolder folder, X509Certificate2 certificate)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = RequestSize.Most;
        foreach (var address in parts.Options.Listen) kestrel.Listen(address, listen => listen.UseHttps(certificate));
        kestrel.ListenUnixSocket(folder.Socket, listen => listen.Use(next => connection =>
        {
            connection.Items[Gate.SocketMark] = true;
            return next(connection);
        }));
    }

    /// <summary>A field nobody knows, or one that is missing, is a mistake of the caller's that must not pass for a default.</summary>
    private static void Strict(JsonSerializerOptions json)
    {
        json.TypeInfoResolverChain.Insert(0, ContractsJson.Default);
        json.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        json.RespectNullableAnnotations = true;
        json.RespectRequiredConstructorParameters = true;
        json.NumberHandling = JsonNumberHandling.Strict;
        json.AllowDuplicateProperties = false;
    }

    private static void Log(ILoggingBuilder logging, ServerParts parts)
    {
        logging.ClearProviders();
        logging.SetMinimumLevel(parts.Options.LogLevel);
        logging.AddFilter("Microsoft", parts.Options.LogLevel > LogLevel.Warning ? parts.Options.LogLevel : LogLevel.Warning);
        logging.AddJsonConsole(o =>
        {
            o.UseUtcTimestamp = true;
            o.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
        });
    }

    private static async Task Headers(HttpContext context, RequestDelegate next)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-store";
        await next(context);
        context.RequestServices.GetRequiredService<RequestCount>().Add(context.Response.StatusCode);
    }
}
