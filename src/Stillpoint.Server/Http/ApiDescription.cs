using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Stillpoint.Contracts;
using Stillpoint.Server.Access;

namespace Stillpoint.Server.Http;

/// <summary>The OpenAPI document: docs/api/openapi.json is it, and a test compares the two.</summary>
internal static class ApiDescription
{
    public const string Name = "v1";

    public static void Describe(OpenApiOptions options)
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new() { Title = "Stillpoint", Version = Name, Description = "Backup of VMs on QEMU/KVM with libvirt. See docs/api/README.md." };
            document.Servers = [];
            document.Tags = null;
            return Task.CompletedTask;
        });
        options.AddOperationTransformer(async (operation, context, ct) =>
        {
            operation.Tags = null;
            var rule = context.Description.ActionDescriptor.EndpointMetadata.OfType<AccessRule>().LastOrDefault();
            operation.Description = rule?.Role is { } role
                ? $"Role: {role.ToString().ToLowerInvariant()}{(rule.WholeOnly ? ", not restricted to some VMs" : "")}."
                : "Needs no sign-in.";
            var problem = await context.GetOrCreateSchemaAsync(typeof(Problem), cancellationToken: ct);
            operation.Responses ??= [];
            operation.Responses["default"] = new OpenApiResponse
            {
                Description = "What went wrong",
                Content = new Dictionary<string, OpenApiMediaType> { ["application/problem+json"] = new() { Schema = problem } },
            };
        });
    }
}
