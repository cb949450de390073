import static org.apache.kafka.clients.consumer.ConsumerConfig.*;
import static org.apache.kafka.clients.producer.ProducerConfig.*;
import static org.apache.kafka.streams.StreamsConfig.*;

import java.io.*;
import java.nio.file.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.concurrent.atomic.*;
import org.apache.avro.Schema;
import org.apache.avro.generic.*;
import org.apache.avro.io.*;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.*;
import org.apache.kafka.streams.kstream.*;

/** The stage by Kafka Streams, at least once: decode, add a field, encode. Arguments: brokers, input schema, output schema, one output. */
class StreamsStage {
  static final int prefixBytes = 5;
  static Schema input, output;
  static byte[] sample;

  public static void main(String[] args) throws Exception {
    input = new Schema.Parser().parse(new File(args[1]));
    output = new Schema.Parser().parse(new File(args[2]));
    sample = Files.readAllBytes(Path.of(args[3]));
    var requests = new BufferedReader(new InputStreamReader(System.in));
    for (String line; (line = requests.readLine()) != null; ) {
      var request = line.split(" ");
      run(args[0], request[0], request[1], request[2], Long.parseLong(request[3]));
    }
  }

  static void run(String brokers, String group, String from, String to, long records) throws Exception {
    var handled = new AtomicLong();
    var done = new CountDownLatch(1);
    var mappers = ThreadLocal.withInitial(Mapper::new);
    var bytes = Serdes.ByteArray();
    var builder = new StreamsBuilder();
    builder.stream(from, Consumed.with(bytes, bytes)).mapValues(value -> {
      var count = handled.incrementAndGet();
      if (count == 1) System.out.println("first");
      if (count == records) done.countDown();
      return mappers.get().apply(value);
    }).to(to, Produced.with(bytes, bytes));
    var folder = Files.createTempDirectory("millrace-streams-");
    var settings = new HashMap<String, Object>(Map.of(
      APPLICATION_ID_CONFIG, group, StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, brokers, NUM_STREAM_THREADS_CONFIG, 2,
      PROCESSING_GUARANTEE_CONFIG, AT_LEAST_ONCE, COMMIT_INTERVAL_MS_CONFIG, 1_000, STATE_DIR_CONFIG, folder.toString()));
    settings.putAll(Map.of(
      consumerPrefix(AUTO_OFFSET_RESET_CONFIG), "earliest", consumerPrefix(MAX_POLL_RECORDS_CONFIG), 5_000,
      producerPrefix(ACKS_CONFIG), "all", producerPrefix(COMPRESSION_TYPE_CONFIG), "zstd",
      producerPrefix(BATCH_SIZE_CONFIG), 512 * 1_024, producerPrefix(LINGER_MS_CONFIG), 5));
    var streams = new KafkaStreams(builder.build(), new StreamsConfig(settings));
    streams.start();
    done.await();
    streams.close(); // the last outputs and offsets are in the time too
    System.out.println("done " + handled.get());
    streams.cleanUp();
    folder.toFile().deleteOnExit();
  }

  static class Mapper {
    final GenericDatumReader<GenericRecord> reader = new GenericDatumReader<>(input);
    final GenericDatumWriter<GenericRecord> writer = new GenericDatumWriter<>(output);
    final Object context = read(new GenericDatumReader<>(output), sample).get("context");

    static GenericRecord read(GenericDatumReader<GenericRecord> reader, byte[] value) {
      try {
        return reader.read(null, DecoderFactory.get().binaryDecoder(value, prefixBytes, value.length - prefixBytes, null));
      } catch (IOException error) {
        throw new UncheckedIOException(error);
      }
    }

    byte[] apply(byte[] value) {
      var read = read(reader, value);
      var made = new GenericData.Record(output);
      for (var field : output.getFields()) made.put(field.pos(), field.name().equals("context") ? context : read.get(field.name()));
      var bytes = new ByteArrayOutputStream(value.length + 256);
      bytes.write(sample, 0, prefixBytes);
      var encoder = EncoderFactory.get().binaryEncoder(bytes, null);
      try {
        writer.write(made, encoder);
        encoder.flush();
      } catch (IOException error) {
        throw new UncheckedIOException(error);
      }
      return bytes.toByteArray();
    }
  }
}
