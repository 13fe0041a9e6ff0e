using MediaGateway.Streams;
using Xunit;

namespace MediaGateway.Tests.Streams;

public class WakeSignalTests
{
    [Fact]
    public async Task SetBefore_IsTakenAtOnceAndOnce()
    {
        var signal = new WakeSignal();
        signal.Set();
        signal.Set();
        Task first = signal.WaitAsync().AsTask();
        Assert.True(first.IsCompletedSuccessfully);
        Task next = signal.WaitAsync().AsTask();
        Assert.False(next.IsCompleted);
        signal.Set();
        await next;
    }

    [Fact]
    public async Task ManySetters_NeverLoseTheLastOne()
    {
        const int Rounds = 20_000;
        var signal = new WakeSignal();
        int set = 0;
        Task setting = Task.Run(() =>
        {
            for (int round = 0; round < Rounds; round++)
            {
                Interlocked.Increment(ref set);
                signal.Set();
            }
        }, TestContext.Current.CancellationToken);
        while (Volatile.Read(ref set) < Rounds)
        {
            await signal.WaitAsync();
        }

        await setting;
    }
}
