using Stillpoint.Model;

namespace Stillpoint.Control.Tests.Fakes;

public sealed class SilentEvents : IJobEvents
{
    public void Publish(JobEvent jobEvent)
    {
    }
}
