import static org.apache.kafka.clients.consumer.ConsumerConfig.*;

import io.confluent.parallelconsumer.*;
import io.confluent.parallelconsumer.ParallelConsumerOptions.ProcessingOrder;
import java.io.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.concurrent.atomic.*;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.*;

/** Slow handlers in order per key by Confluent's Parallel Consumer. Argument: brokers. */
class ParallelLanes {
  public static void main(String[] args) throws Exception {
    var requests = new BufferedReader(new InputStreamReader(System.in));
    for (String line; (line = requests.readLine()) != null; ) {
      var request = line.split(" ");
      run(args[0], request[0], request[1], Long.parseLong(request[2]), Long.parseLong(request[3]), Integer.parseInt(request[4]));
    }
  }

  static void run(String brokers, String group, String topic, long records, long handlerMs, int inFlight) throws Exception {
    var started = new AtomicLong();
    var finished = new AtomicLong();
    var overtaken = new AtomicLong();
    var last = new ConcurrentHashMap<String, Long>();
    var done = new CountDownLatch(1);
    var consumer = new KafkaConsumer<>(
      Map.of(BOOTSTRAP_SERVERS_CONFIG, brokers, GROUP_ID_CONFIG, group, AUTO_OFFSET_RESET_CONFIG, "earliest", ENABLE_AUTO_COMMIT_CONFIG, false),
      new StringDeserializer(), new ByteArrayDeserializer());
    var options = ParallelConsumerOptions.<String, byte[]>builder()
      .consumer(consumer).ordering(ProcessingOrder.KEY).maxConcurrency(inFlight).build();
    try (var processor = ParallelStreamProcessor.createEosStreamProcessor(options)) {
      processor.subscribe(List.of(topic));
      processor.poll(context -> {
        if (started.incrementAndGet() == 1) System.out.println("first");
        var record = context.getSingleConsumerRecord();
        var before = last.put(record.key(), record.offset());
        if (before != null && before >= record.offset()) overtaken.incrementAndGet();
        try {
          Thread.sleep(handlerMs);
        } catch (InterruptedException error) {
          throw new IllegalStateException(error);
        }
        if (finished.incrementAndGet() == records) done.countDown();
      });
      done.await();
      System.out.println("done " + (finished.get() - overtaken.get()));
    }
    System.out.println("closed");
  }
}
