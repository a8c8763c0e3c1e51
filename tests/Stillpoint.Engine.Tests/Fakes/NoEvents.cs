using Stillpoint.Model;

namespace Stillpoint.Engine.Tests.Fakes;

/// <summary>For jobs whose progress nobody follows.</summary>
internal sealed class NoEvents : IJobEvents
{
    public void Publish(JobEvent jobEvent)
    {
    }
}
